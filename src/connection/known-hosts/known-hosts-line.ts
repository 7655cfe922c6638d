import { createHmac } from 'node:crypto'

/** One line of a known_hosts file that names a key. */
export interface HostLine {
  readonly file: string
  readonly line: number
  readonly names: HostNames
  readonly revoked: boolean
  /** The key signs those of hosts (`@cert-authority`), and is none of a host itself. */
  readonly authority: boolean
  /** `ssh-ed25519` and the like. */
  readonly type: string
  readonly key: Buffer
}

/** A line that was left out, and why. */
export interface IgnoredLine {
  readonly file: string
  readonly line: number
  readonly reason: string
}

type HostNames =
  | { readonly hashed: true; readonly salt: Buffer; readonly hash: Buffer }
  | {
      readonly hashed: false
      readonly patterns: readonly { readonly negated: boolean; readonly match: RegExp }[]
    }

/** Reads a line; undefined for an empty one and a comment. */
export function readLine(
  text: string,
  place: { readonly file: string; readonly line: number },
): HostLine | IgnoredLine | undefined {
  const words = text.trim().split(/[ \t]+/)
  if (words[0] === '' || words[0]?.startsWith('#')) return undefined
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined
  if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority')
    return { ...place, reason: `unknown marker ${marker}` }
  const [hosts = '', type = '', blob = ''] = words
  const key = Buffer.from(blob, 'base64')
  const names = hosts.startsWith('|') ? hashedName(hosts) : plainNames(hosts)
  if (names === undefined) return { ...place, reason: 'a hashed host name that is broken' }
  if (!statesType(key, type)) return { ...place, reason: 'no key of the type it names' }
  return {
    ...place,
    names,
    revoked: marker === '@revoked',
    authority: marker === '@cert-authority',
    type,
    key,
  }
}

/** @param name lower case, `[host]:port` unless the port is 22 */
export function matchesHost({ names }: HostLine, name: string): boolean {
  if (names.hashed) return createHmac('sha1', names.salt).update(name).digest().equals(names.hash)
  const matching = names.patterns.filter(({ match }) => match.test(name))
  return matching.length > 0 && !matching.some(({ negated }) => negated)
}

/** `|1|salt|hash`: HMAC-SHA1 of the name under the salt. */
function hashedName(text: string): HostNames | undefined {
  const [, salt, hash] = /^\|1\|([A-Za-z0-9+/=]+)\|([A-Za-z0-9+/=]+)$/.exec(text) ?? []
  if (salt === undefined || hash === undefined) return undefined
  return { hashed: true, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

function plainNames(text: string): HostNames {
  const patterns = text.split(',').map((word) => {
    const negated = word.startsWith('!')
    const source = (negated ? word.slice(1) : word)
      .toLowerCase()
      .replace(/[\\^$.+()[\]{}|/-]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
    return { negated, match: new RegExp(`^${source}$`, 's') }
  })
  return { hashed: false, patterns }
}

/** The blob begins with the length and the name of its type. */
function statesType(key: Buffer, type: string): boolean {
  const length = Buffer.byteLength(type)
  return (
    length > 0 &&
    key.length > 4 + length &&
    key.readUInt32BE(0) === length &&
    key.toString('latin1', 4, 4 + length) === type
  )
}
