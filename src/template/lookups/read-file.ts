import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import type { Secret } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import { openText } from '../ciphertext.ts'
import type { Evaluation } from '../evaluator/evaluation.ts'
import { PythonError } from '../python/error.ts'
import { encodingOf } from '../python/text/encoding.ts'

/** Where a relative name is looked for: in each folder of the search path, in its `files/` first. */
export function candidates(name: string, { home }: Evaluation, inside: string | null = 'files'): string[] {
  if (isAbsolute(name)) return [name]
  const folders = home.searchPath ?? [home.directory]
  // A name that begins with that folder already is not looked for in it.
  const own = inside === null || name.split('/')[0] === inside ? [] : [inside]
  return folders.flatMap((folder) => [
    ...own.map((each) => resolve(folder, each, name)),
    resolve(folder, name),
  ])
}

/**
 * The path of a file or folder for `first_found`: a loop looks in the folder that belongs to its module first, a call
 * of the lookup only beside the playbook.
 */
export function findPath(name: string, evaluation: Evaluation): string | undefined {
  return candidates(name, evaluation, evaluation.loopFolder ?? null).find(
    (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
  )
}

/** The path of a file by the name that a user wrote; undefined when there is none. */
export function findFile(name: string, evaluation: Evaluation): string | undefined {
  return candidates(name, evaluation).find((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
}

/**
 * The content of a file by the name that a user wrote, as every lookup of files reads it; a Secret where the file was
 * encrypted.
 * @throws PythonError when it is not there, cannot be read, or is encrypted and cannot be opened
 */
export function readNamed(
  name: string,
  evaluation: Evaluation,
  encoding: BufferEncoding = 'utf8',
): string | Secret {
  const path = findFile(name, evaluation)
  if (path === undefined) {
    const looked = candidates(name, evaluation).join(', ')
    throw new PythonError(`Unable to access the file '${name}': File not found. Looked for ${looked}`)
  }
  return openText(textOf(path, name, encoding), path, evaluation.home)
}

function textOf(path: string, name: string, encoding: BufferEncoding): string {
  try {
    return readFileSync(path, encoding)
  } catch (error) {
    throw new PythonError(`Unable to access the file '${name}': ${(error as Error).message}`)
  }
}

/** A term that must be the name of a file. @throws PythonError */
export function fileName(term: Value): string {
  if (typeof term === 'string') return term
  throw new PythonError('the name of a file must be text')
}

/** The option `encoding` of lookups of files. @throws PythonError for one that is not known */
export function encodingOption(value: Value | undefined): BufferEncoding {
  const encoding = encodingOf(String(value ?? 'utf-8'))
  return encoding === 'ascii' ? 'utf8' : encoding
}
