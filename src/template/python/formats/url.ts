import { PythonError } from '../error.ts'

/** The parts of an address by Python's `urlsplit`; null where there is none. */
export interface SplitUrl {
  readonly scheme: string
  readonly netloc: string
  readonly path: string
  readonly query: string
  readonly fragment: string
  readonly username: string | null
  readonly password: string | null
  readonly hostname: string | null
  readonly port: number | null
}

/**
 * Python's `urllib.parse.urlsplit`, which takes any text, also relative paths; `URL` refuses those and rewrites others.
 * @throws PythonError for a port that is no number, and for brackets that do not match
 */
export function splitUrl(url: string): SplitUrl {
  let rest = url.replace(/^[\x00-\x20]+/, '').replace(/[\t\r\n]/g, '')
  const scheme = /^([a-zA-Z][a-zA-Z\d+.-]*):/.exec(rest)?.[1]?.toLowerCase() ?? ''
  if (scheme !== '') rest = rest.slice(scheme.length + 1)
  let netloc = ''
  if (rest.startsWith('//')) {
    netloc = /^\/\/([^/?#]*)/.exec(rest)![1]!
    rest = rest.slice(netloc.length + 2)
    if (netloc.includes('[') !== netloc.includes(']')) throw new PythonError('Invalid IPv6 URL')
  }
  const [beforeFragment, fragment] = cut(rest, '#')
  const [path, query] = cut(beforeFragment, '?')
  return { scheme, netloc, path, query, fragment, ...authority(netloc) }
}

function cut(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator)
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)]
}

function authority(netloc: string): Pick<SplitUrl, 'username' | 'password' | 'hostname' | 'port'> {
  const at = netloc.lastIndexOf('@')
  const user = at === -1 ? null : netloc.slice(0, at)
  const host = netloc.slice(at + 1)
  const match = host.startsWith('[')
    ? /^\[([^\]]*)\](?::(.*))?$/.exec(host)
    : /^([^:]*)(?::(.*))?$/.exec(host)
  const port = match?.[2] ?? ''
  if (port !== '' && !(/^\d+$/.test(port) && Number(port) <= 65535)) {
    throw new PythonError(
      /^\d+$/.test(port)
        ? 'Port out of range 0-65535'
        : `Port could not be cast to integer value as '${port}'`,
    )
  }
  const colon = user?.indexOf(':') ?? -1
  return {
    username: user === null ? null : colon === -1 ? user : user.slice(0, colon),
    password: user === null || colon === -1 ? null : user.slice(colon + 1),
    hostname: match?.[1]?.toLowerCase() || null,
    port: port === '' ? null : Number(port),
  }
}

/** Python's `quote`: UTF-8 bytes as `%XX`, but for letters, digits, `_.-~` and what is `safe`. */
export function quoteUrl(text: string, safe = '/'): string {
  let result = ''
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte)
    result +=
      /[A-Za-z0-9_.~-]/.test(character) || (byte < 0x80 && safe.includes(character))
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return result
}

/** Python's `unquote_plus`: what is no escape stays, bytes that are not UTF-8 become U+FFFD. */
export function unquoteUrlPlus(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/(?:%[\da-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
}
