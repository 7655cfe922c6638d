import { didYouMean } from '../values/text/nearest.ts'
import { ArtifactError } from './artifact-error.ts'

/**
 * The SHA-256 of a file in a list of one of upstream's forms: `HASH  NAME` (sha256sums.txt, SHA256SUMS,
 * *_checksums.txt; `*NAME` for binary mode, a folder before the name), `SHA256 (NAME) = HASH` as BSD prints it, or a
 * file that holds nothing but the hash (NAME.sha256).
 *
 * @param from where the list comes from, for messages
 * @returns 64 hexadecimal digits, lower case
 * @throws ArtifactError when the list does not name the file, names it twice with different sums, or is no such list
 */
export function findChecksum(list: string, name: string, from: string): string {
  const bare = /^\s*([0-9a-f]{64})\s*$/i.exec(list)?.[1]
  if (bare !== undefined) return bare.toLowerCase()
  const lines = list.split(/\r?\n/).flatMap(readLine)
  const found = new Set(lines.filter((line) => line.name === name).map(({ sha256 }) => sha256))
  const [sha256, ...more] = found
  if (sha256 !== undefined && more.length === 0) return sha256
  if (sha256 !== undefined) throw new ArtifactError(`${from} gives ${name} two different checksums`)
  if (lines.length === 0)
    throw new ArtifactError(
      `${from} is no list of SHA-256 checksums`,
      'correct `checksums` in artifacts.yaml',
    )
  throw new ArtifactError(
    `${from} does not name ${name}`,
    didYouMean(
      name,
      lines.map((line) => line.name),
    ) ?? 'correct `checksums` or `url` in artifacts.yaml',
  )
}

function readLine(line: string): { name: string; sha256: string }[] {
  const match =
    /^\\?(?<sha256>[0-9a-f]{64})\s+\*?(?<name>\S.*?)\s*$/i.exec(line) ??
    /^SHA256 ?\((?<name>.+)\) ?= ?(?<sha256>[0-9a-f]{64})\s*$/i.exec(line)
  const { name, sha256 } = match?.groups ?? {}
  if (name === undefined || sha256 === undefined) return []
  return [{ name: name.split('/').at(-1) ?? name, sha256: sha256.toLowerCase() }]
}
