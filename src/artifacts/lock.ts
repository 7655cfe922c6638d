import { randomUUID } from 'node:crypto'
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readTextFile } from '../yaml/load.ts'
import { type Artifact, describeArtifact } from './artifact.ts'
import { ArtifactError } from './artifact-error.ts'
import { parseArtifacts } from './read.ts'

/**
 * Writes a file's checksum into artifacts.yaml, whose every other byte stays: comments, order, blanks. The file is
 * replaced at once, so that nobody reads half of it.
 * @throws ArtifactError when the line must be written by hand
 */
export async function lockChecksum(path: string, artifact: Artifact, sha256: string): Promise<void> {
  // A link stays a link, to the file with the new content.
  const target = await realpath(path)
  const locked = withChecksum(await readTextFile(target), path, artifact, sha256)
  const part = join(dirname(target), `.${basename(target)}.${randomUUID()}`)
  try {
    const file = await open(part, 'wx', (await stat(target)).mode & 0o7777)
    try {
      await file.writeFile(locked)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(part, target)
  } catch (error) {
    throw byHand(artifact, sha256, `${path} cannot be written: ${(error as Error).message}`)
  } finally {
    await rm(part, { force: true })
  }
}

/**
 * The text of artifacts.yaml with the checksum of one file added beside its `url`. A text edit, checked by reading the
 * result: the libraries that keep comments in YAML still move them and change blanks and quotes elsewhere.
 * @throws ArtifactError when the entry is gone or locked otherwise by now, or is written in a way this cannot edit
 */
export function withChecksum(source: string, path: string, artifact: Artifact, sha256: string): string {
  const before = parseArtifacts(source, path).artifacts
  const entry = before.find((each) => isSame(each, artifact))
  if (entry === undefined || entry.url !== artifact.url)
    throw byHand(artifact, sha256, `${path} was changed meanwhile`)
  if (entry.sha256 === sha256) return source
  if (entry.sha256 !== undefined)
    throw new ArtifactError(
      `${path} was changed meanwhile: ${describeArtifact(artifact)} has another sha256 now`,
    )
  const edited = insert(source, entry, sha256)
  const expected = before.map((each) => (each === entry ? { ...each, sha256 } : each)).map(meaning)
  if (edited === undefined || !reads(edited, path, expected))
    throw byHand(artifact, sha256, `the entry in ${path} is written in a way that muster cannot edit`)
  return edited
}

function insert(source: string, entry: Artifact, sha256: string): string | undefined {
  const lines = source.split('\n')
  const number = entry.urlPosition.line
  const line = number === undefined ? undefined : lines[number - 1]
  const key = line?.slice(0, (entry.urlPosition.column ?? 1) - 1).match(/(?:"url"|'url'|\burl)\s*:\s*["']?$/)
  if (number === undefined || line === undefined || key?.index === undefined) return undefined
  const begin = lines[(entry.position.line ?? 0) - 1]?.[(entry.position.column ?? 0) - 1]
  if (begin === '{')
    lines[number - 1] = `${line.slice(0, key.index)}sha256: ${sha256}, ${line.slice(key.index)}`
  else {
    const end = line.endsWith('\r') ? '\r' : ''
    lines.splice(number, 0, `${' '.repeat(key.index)}sha256: ${sha256}${end}`)
  }
  return lines.join('\n')
}

function reads(edited: string, path: string, expected: readonly string[]): boolean {
  try {
    const found = parseArtifacts(edited, path).artifacts.map(meaning)
    return found.length === expected.length && found.every((each, index) => each === expected[index])
  } catch {
    return false
  }
}

/** All of an entry but its place. */
function meaning(artifact: Artifact): string {
  return JSON.stringify({ ...artifact, position: null, urlPosition: null })
}

function isSame(one: Artifact, other: Artifact): boolean {
  return (
    one.product === other.product &&
    one.platform === other.platform &&
    one.architecture === other.architecture &&
    one.form === other.form
  )
}

function byHand(artifact: Artifact, sha256: string, why: string): ArtifactError {
  return new ArtifactError(why, `add this to ${describeArtifact(artifact)} yourself: sha256: ${sha256}`)
}
