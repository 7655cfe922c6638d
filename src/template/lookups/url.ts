import type { Value } from '../../values/value.ts'
import type { FetchRequest } from '../api.ts'
import { asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { splitLines } from '../python/text/lines.ts'
import { str } from '../python/text/repr.ts'
import { isTrue } from '../python/truth.ts'
import type { Lookup, Lookups } from './define.ts'

const NO_NETRC = 'give username and password'

/** The content of addresses, fetched by the controller: its lines, or the whole with `split_lines=false`. */
const url: Lookup = {
  options: [
    ...['validate_certs', 'split_lines', 'use_proxy', 'username', 'password', 'headers', 'force', 'timeout'],
    ...['http_agent', 'force_basic_auth', 'follow_redirects', 'ca_path', 'use_netrc'],
  ],
  refused: {
    use_gssapi: 'fetch it with a uri task on localhost',
    unix_socket: 'fetch it with pipe and curl',
    unredirected_headers: 'use follow_redirects=none',
    ciphers: 'fetch it with pipe and curl',
  },
  run(terms, options, { home }) {
    if (home.fetch === undefined) throw new PythonError('nothing can be fetched on the controller here')
    return terms.flatMap((term) => {
      const address = asText(term, 'the address')
      const end = home.fetch!(requestFor(address, options))
      const shown = address.replace(/\/\/[^/@]*@/, '//')
      if ('problem' in end) throw new PythonError(`Failed lookup url for ${shown}: ${end.problem}`)
      if (end.status < 200 || end.status > 299) {
        throw new PythonError(`Received HTTP error for ${shown}: status ${end.status}`)
      }
      return isTrue(options.get('split_lines') ?? true) ? splitLines(end.body) : [end.body]
    })
  },
}

function requestFor(url: string, options: ReadonlyMap<string, Value>): FetchRequest {
  const flag = (name: string, otherwise: boolean) => isTrue(options.get(name) ?? otherwise)
  if (flag('use_netrc', false)) throw new PythonError(`the option 'use_netrc' is not supported: ${NO_NETRC}`)
  const headers: [string, string][] = [['User-Agent', str(options.get('http_agent') ?? 'ansible-httpget')]]
  const given = options.get('headers') ?? new Map()
  if (!(given instanceof Map)) throw new PythonError('headers must be a dict')
  for (const [name, value] of given) headers.push([str(name), str(value)])
  if (flag('force', false)) headers.push(['Cache-Control', 'no-cache'])
  const user = options.get('username')
  if (user !== undefined && user !== null) {
    const word = Buffer.from(`${str(user)}:${str(options.get('password') ?? '')}`).toString('base64')
    headers.push(['Authorization', `Basic ${word}`])
  }
  const certificates = options.get('ca_path')
  return {
    url,
    headers,
    seconds: secondsOf(options.get('timeout') ?? 10),
    validateCertificates: flag('validate_certs', true),
    useProxy: flag('use_proxy', true),
    followRedirects: followsRedirects(options.get('follow_redirects') ?? 'urllib2'),
    ...(certificates === undefined || certificates === null ? {} : { certificates: str(certificates) }),
  }
}

function secondsOf(value: Value): number {
  const seconds = Number(str(value))
  if (!(seconds > 0)) throw new PythonError(`timeout must be a number of seconds above 0, not ${str(value)}`)
  return seconds
}

/** What is fetched is only ever read, so that all, safe and urllib2 mean the same. */
function followsRedirects(value: Value): boolean {
  const word = str(value).toLowerCase()
  if (['all', 'yes', 'true', 'safe', 'urllib2'].includes(word)) return true
  if (['none', 'no', 'false'].includes(word)) return false
  throw new PythonError(`follow_redirects must be all, none, safe or urllib2, not ${str(value)}`)
}

export const urlLookups: Lookups = { url }
