import { globSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { Secret } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import type { Evaluation } from '../evaluator/evaluation.ts'
import { PythonError } from '../python/error.ts'
import { isTrue } from '../python/truth.ts'
import type { Lookup } from './lookup.ts'

/** Where a relative name is looked for: in `files/` beside the playbook, then beside the playbook. */
function candidates(name: string, evaluation: Evaluation): string[] {
  if (isAbsolute(name)) return [name]
  const { directory } = evaluation.home
  return [resolve(directory, 'files', name), resolve(directory, name)]
}

function textOf(term: Value): string {
  if (typeof term === 'string') return term
  throw new PythonError('the name of a file must be text')
}

/** The path of a file by the name that a user wrote; undefined when there is none. */
function findFile(name: string, evaluation: Evaluation): string | undefined {
  return candidates(name, evaluation).find((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
}

/** The content of a file, as every lookup of files reads it. @throws PythonError when it is not there */
function readNamed(term: Value, evaluation: Evaluation): { text: string; secret: boolean } {
  const name = textOf(term)
  const path = findFile(name, evaluation)
  if (path === undefined) {
    const looked = candidates(name, evaluation).join(', ')
    throw new PythonError(`Unable to access the file '${name}': File not found. Looked for ${looked}`)
  }
  try {
    const text = readFileSync(path, 'utf8')
    const opened = evaluation.home.decrypt?.(text, path)
    return { text: opened ?? text, secret: opened !== undefined }
  } catch (error) {
    throw new PythonError(`Unable to access the file '${name}': ${(error as Error).message}`)
  }
}

/** The content of files, white space at the end dropped unless `rstrip=false`. */
const file: Lookup = (terms, options, evaluation) => {
  const strips = {
    left: isTrue(options.get('lstrip') ?? false),
    right: isTrue(options.get('rstrip') ?? true),
  }
  return terms.map((term) => {
    const read = readNamed(term, evaluation)
    const start = strips.left ? read.text.trimStart() : read.text
    const text = strips.right ? start.trimEnd() : start
    return read.secret ? new Secret(text) : text
  })
}

/** The paths of files that match a pattern in one folder; folders and deeper files do not count. */
const fileglob: Lookup = (terms, _options, evaluation) =>
  terms.flatMap((term) => {
    const pattern = textOf(term)
    for (const path of candidates(pattern, evaluation)) {
      const folder = dirname(path)
      const found = globSync(basename(path), { cwd: folder })
        .map((name) => join(folder, name))
        .filter((each) => statSync(each, { throwIfNoEntry: false })?.isFile())
      if (found.length > 0) return found.sort()
    }
    return []
  })

/** The path of the first file that is there. Terms are names or dicts with `files`, `paths` and `skip`. */
const firstFound: Lookup = (terms, options, evaluation) => {
  let skip = isTrue(options.get('skip') ?? false)
  const names: string[] = []
  const collect = (term: Value, paths: readonly string[]): void => {
    if (Array.isArray(term)) {
      for (const item of term) collect(item, paths)
    } else if (term instanceof Map) {
      skip ||= isTrue(term.get('skip') ?? false)
      collect(term.get('files') ?? [], listOf(term.get('paths')))
    } else {
      const name = textOf(term)
      names.push(...(paths.length === 0 ? [name] : paths.map((path) => join(path, name))))
    }
  }
  const paths = listOf(options.get('paths'))
  for (const term of terms) collect(term, paths)
  collect(options.get('files') ?? [], paths)
  for (const name of names) {
    const path = findFile(name, evaluation)
    if (path !== undefined) return [path]
  }
  if (skip) return []
  throw new PythonError(`No file was found when using first_found. Looked for ${names.join(', ')}`)
}

function listOf(value: Value | undefined): string[] {
  if (value === undefined || value === null) return []
  return (Array.isArray(value) ? value : [value]).map(textOf)
}

/** Lookups of files on the controller. */
export const fileLookups: Readonly<Record<string, Lookup>> = { file, fileglob, first_found: firstFound }
