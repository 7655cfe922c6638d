import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { InputError } from '../values/problem.ts'
import { openText } from '../vault/open-content.ts'
import { type ParsedYaml, parseYaml } from './parse.ts'

/** Bytes; nobody writes such a file, and reading one would only fill the memory. */
const MAX_SIZE = 64 * 1024 * 1024

/**
 * Reads a YAML file. One that is encrypted as a whole is opened, and its values are secrets: that is for files of
 * variables, which are mappings; a list of plays or tasks would be hidden from head to foot.
 * @throws InputError when it cannot be read or opened, is no UTF-8 or no YAML
 */
export async function loadYamlFile(path: string): Promise<ParsedYaml> {
  const { content, secret } = openText(await readTextFile(path), path)
  const parsed = parseYaml(content, path, { secret })
  if (secret && parsed.documents[0]?.kind === 'list') {
    throw new InputError([
      {
        message: 'plays and tasks are not read from an encrypted file',
        position: { file: path },
        hint: 'decrypt it, and keep what is secret in an encrypted file of variables',
      },
    ])
  }
  return parsed
}

/** A file as text. @throws InputError when it cannot be read, is no UTF-8 or larger than 64 MiB */
export async function readTextFile(path: string): Promise<string> {
  return decode(path, await readFile(path).catch((error) => throwUnreadable(path, error)))
}

/** The same where nothing can wait: for options of the command line. */
export function readTextFileSync(path: string): string {
  let content: Buffer
  try {
    content = readFileSync(path)
  } catch (error) {
    throwUnreadable(path, error as NodeJS.ErrnoException)
  }
  return decode(path, content)
}

function decode(path: string, content: Buffer): string {
  if (content.length > MAX_SIZE)
    throw new InputError([{ message: 'larger than 64 MiB', position: { file: path } }])
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    throw new InputError([
      { message: 'not text in UTF-8', position: { file: path }, hint: `convert it: iconv -t UTF-8 ${path}` },
    ])
  }
}

const REASONS: ReadonlyMap<string | undefined, string> = new Map([
  ['ENOENT', 'no such file'],
  ['EACCES', 'no permission to read it'],
  ['EISDIR', 'is a folder, not a file'],
])

function throwUnreadable(path: string, error: NodeJS.ErrnoException): never {
  const message = `cannot be read: ${REASONS.get(error.code) ?? error.message}`
  throw new InputError([{ message, position: { file: path } }])
}
