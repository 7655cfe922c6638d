import { TaskFailure } from '../../values/task-failure.ts'

/** A line of authorized_keys; one that is no key is kept as it is. */
interface KeyLine {
  /** The key itself, or the whole line. */
  readonly id: string
  /** Null: no key. */
  readonly type: string | null
  readonly options: readonly (readonly [string, string | null])[]
  readonly comment: string
  /** Lines are written in the order of this number. */
  readonly rank: number
}

const TYPES: ReadonlySet<string> = new Set([
  ...['sk-ecdsa-sha2-nistp256@openssh.com', 'sk-ecdsa-sha2-nistp256-cert-v01@openssh.com'],
  ...[
    'webauthn-sk-ecdsa-sha2-nistp256@openssh.com',
    'sk-ssh-ed25519@openssh.com',
    'sk-ssh-ed25519-cert-v01@openssh.com',
  ],
  ...[256, 384, 521].flatMap((bits) => [
    `ecdsa-sha2-nistp${bits}`,
    `ecdsa-sha2-nistp${bits}-cert-v01@openssh.com`,
  ]),
  ...[
    'ssh-ed25519',
    'ssh-ed25519-cert-v01@openssh.com',
    'ssh-dss',
    'ssh-dss-cert-v01@openssh.com',
    'ssh-rsa',
  ],
  ...[
    'ssh-rsa-cert-v01@openssh.com',
    'ssh-xmss@openssh.com',
    'ssh-xmss-cert-v01@openssh.com',
    'rsa-sha2-256',
  ],
  ...['rsa-sha2-512', 'rsa-sha2-256-cert-v01@openssh.com', 'rsa-sha2-512-cert-v01@openssh.com'],
])

export interface KeysWish {
  /** Lines of keys; blank ones and comments are passed over. */
  readonly keys: string
  readonly state: 'present' | 'absent'
  /** Instead of the options and the comment that the lines have. */
  readonly options: string | undefined
  readonly comment: string | undefined
  /** No other key may stay, and no other line. */
  readonly exclusive: boolean
}

/** The file's text with the keys, or without them; null when it is right as it is. @throws TaskFailure for a line that is no key */
export function editKeys(text: string, wish: KeysWish): string | null {
  const lines = (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line, rank) => parseLine(line, rank))
  const known = new Map(lines.map((line) => [line.id, line]))
  const last = known.size
  const wanted = new Set<string>()
  let changed = false
  const given = wish.keys.split(/\r\n|[\r\n]/).filter((line) => line !== '' && !line.startsWith('#'))
  for (const [rank, line] of given.entries()) {
    const parsed = parseLine(line, rank)
    if (parsed.type === null)
      throw new TaskFailure(`invalid key specified: ${line}`, {
        hint: 'a line is: options, type, key, comment',
      })
    const key = {
      ...parsed,
      options: wish.options === undefined ? parsed.options : parseOptions(wish.options),
      comment: wish.comment ?? parsed.comment,
    }
    const old = known.get(key.id)
    if (wish.state === 'absent') {
      changed = known.delete(key.id) || changed
      continue
    }
    wanted.add(key.id)
    if (old !== undefined && isSame(old, key)) continue
    known.delete(key.id)
    known.set(key.id, { ...key, rank: last + rank })
    changed = true
  }
  if (wish.state === 'present' && wish.exclusive)
    for (const id of [...known.keys()]) if (!wanted.has(id)) changed = known.delete(id) || changed
  if (!changed) return null
  return [...known.values()]
    .sort((one, other) => one.rank - other.rank)
    .map(written)
    .join('')
}

function parseLine(raw: string, rank: number): KeyLine {
  const words = raw
    .replaceAll('\\#', '#')
    .split(/[ \t\r\n]+/)
    .filter((word) => word !== '')
  const at = words.findIndex((word) => TYPES.has(word))
  const key = words[at + 1]
  if (words[0] === '#' || at === -1 || key === undefined)
    return { id: raw, type: null, options: [], comment: '', rank }
  return {
    id: key,
    type: words[at] as string,
    options: parseOptions(words.slice(0, at).join(' ')),
    comment: words.slice(at + 2).join(' '),
    rank,
  }
}

/** Options with commas between them; a comma in quotes parts nothing. */
function parseOptions(text: string): [string, string | null][] {
  const parts = text.match(/(?:[^,"']|"[^"]*"|'[^']*')+/g) ?? []
  return parts.map((part) => {
    const at = part.indexOf('=')
    return at === -1 ? [part, null] : [part.slice(0, at), part.slice(at + 1)]
  })
}

/** The order of options means nothing. */
function isSame(one: KeyLine, other: KeyLine): boolean {
  const sorted = ({ options }: KeyLine) => JSON.stringify(options.map((pair) => JSON.stringify(pair)).sort())
  return one.type === other.type && one.comment === other.comment && sorted(one) === sorted(other)
}

function written({ id, type, options, comment }: KeyLine): string {
  if (type === null) return id.endsWith('\n') ? id : `${id}\n`
  const words = options.map(([name, value]) => (value === null ? name : `${name}=${value}`)).join(',')
  return `${words === '' ? '' : `${words} `}${type} ${id} ${comment}\n`
}
