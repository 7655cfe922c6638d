import { createHmac, randomBytes } from 'node:crypto'

/** What known_hosts shall do with a file; the host's name is in small letters. */
export interface KnownHostsWish {
  readonly host: string
  /** A line, or several, without a line end behind the last; null: all keys of the host (absent). */
  readonly key: string | null
  readonly present: boolean
}

/** A line of a file of known hosts (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
interface Entry {
  /** `@cert-authority` or `@revoked`; empty for a plain one. */
  readonly marker: string
  readonly hosts: string
  readonly type: string
  readonly key: string
}

const HASHED = '|1|'

function entryOf(line: string): Entry | null {
  const words = line.trim().split(/[ \t]+/)
  const marker = words[0]?.startsWith('@') === true ? (words.shift() as string) : ''
  const [hosts = '', type = '', key = ''] = words
  return hosts === '' || hosts.startsWith('#') || key === '' ? null : { marker, hosts, type, key }
}

/** Whether the names at the begin of a line are those of the host: hashed, or patterns with `*`, `?` and `!`. */
export function namesHost(hosts: string, host: string): boolean {
  if (hosts.startsWith(HASHED)) {
    const [salt = '', hash = ''] = hosts.slice(HASHED.length).split('|')
    return hashOf(Buffer.from(salt, 'base64'), host) === hash
  }
  let found = false
  for (const pattern of hosts.toLowerCase().split(',')) {
    if (!matches(pattern.replace(/^!/, ''), host)) continue
    if (pattern.startsWith('!')) return false
    found = true
  }
  return found
}

function hashOf(salt: Buffer, host: string): string {
  return createHmac('sha1', salt).update(host).digest('base64')
}

/** OpenSSH's patterns; brackets are plain, as in `[host]:2222`. Never longer than the one times the other. */
function matches(pattern: string, host: string): boolean {
  let [at, inHost, star, mark] = [0, 0, -1, 0]
  while (inHost < host.length) {
    const letter = pattern[at]
    if (letter === '*') {
      star = at++
      mark = inHost
    } else if (letter === '?' || (letter !== undefined && letter === host[inHost])) {
      at++
      inHost++
    } else if (star !== -1) {
      at = star + 1
      inHost = ++mark
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}

/** Whether one of the lines is a key of the host. */
export function isKeyOf(key: string, host: string): boolean {
  return key.split('\n').some((line) => {
    const entry = entryOf(line)
    return entry !== null && namesHost(entry.hosts, host)
  })
}

/** A line with the host's name hashed, with a salt by chance. */
export function hashHost(key: string, host: string): string {
  const words = key.trim().split(/\s+/)
  const salt = randomBytes(20)
  words[words[0]?.startsWith('@') === true ? 1 : 0] =
    `${HASHED}${salt.toString('base64')}|${hashOf(salt, host)}`
  return words.join(' ')
}

/**
 * The file's text with the key, or without: a key of the same host and type is replaced, as by Ansible
 * (facts/modules.md, known_hosts). Null where it is right as it is.
 */
export function editKnownHosts(text: string, { host, key, present }: KnownHostsWish): string | null {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const mine = lines.flatMap((line, at) => {
    const entry = entryOf(line)
    return entry !== null && namesHost(entry.hosts, host) ? [{ at, entry }] : []
  })
  if (key === null) {
    // Authorities and revoked keys stay, as with ssh-keygen -R.
    const gone = new Set(mine.filter(({ entry }) => entry.marker === '').map(({ at }) => at))
    return gone.size === 0 ? null : lines.filter((_, at) => !gone.has(at)).join('')
  }
  const wanted = entryOf(key)
  const hit =
    wanted === null
      ? undefined
      : mine.find(({ entry }) => isTheSame(entry, wanted) || isAnother(entry, wanted))
  if (!present) return hit === undefined ? null : lines.toSpliced(hit.at, 1).join('')
  if (hit !== undefined && wanted !== null && isTheSame(hit.entry, wanted)) return null
  const left = hit === undefined ? lines : lines.toSpliced(hit.at, 1)
  const last = left.at(-1)
  const open = last !== undefined && !last.endsWith('\n')
  return `${left.join('')}${open ? '\n' : ''}${key}\n`
}

function isTheSame(entry: Entry, wanted: Entry): boolean {
  // A hash is another one each time.
  const hosts = wanted.hosts.startsWith(HASHED) && entry.hosts.startsWith(HASHED) ? entry.hosts : wanted.hosts
  return (
    entry.marker === wanted.marker &&
    entry.hosts === hosts &&
    entry.type === wanted.type &&
    entry.key === wanted.key
  )
}

function isAnother(entry: Entry, wanted: Entry): boolean {
  return entry.marker === '' && entry.type === wanted.type
}
