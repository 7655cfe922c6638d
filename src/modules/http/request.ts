import { dumpJson } from '../../template/python/formats/json-dump.ts'
import { str } from '../../template/python/text/repr.ts'
import { revealText, Secret, secretsIn } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type Dict, isDict, type Value } from '../../values/value.ts'
import { revealed } from '../files/content/content-parameter.ts'
import type { Text } from '../parameters.ts'
import { type CurlOption, curlConfig } from './curl-config.ts'

export interface RequestParameters {
  readonly url: Text
  readonly method: Text
  readonly body: Value | undefined
  readonly body_format: 'raw' | 'json' | 'form-urlencoded'
  readonly headers: Dict
  readonly http_agent: Text
  readonly timeout: number
  readonly url_username: Text | undefined
  readonly url_password: Secret | undefined
  readonly validate_certs: boolean
  readonly follow_redirects: string
  readonly ca_path: Text | undefined
  readonly client_cert: Text | undefined
  readonly client_key: Text | undefined
  readonly unix_socket: Text | undefined
  /** What else curl is told. */
  readonly more?: readonly CurlOption[]
}

/** The method of a request. @throws TaskFailure in Ansible's words */
export function methodOf(method: Text): string {
  const word = revealText(method).toUpperCase()
  if (/^[A-Z]+$/.test(word)) return word
  throw new TaskFailure("Parameter 'method' needs to be a single word in uppercase, like GET or POST.")
}

/** A request as curl's configuration; always a Secret, for headers, bodies and addresses hold tokens. @throws TaskFailure */
export function requestConfig(params: RequestParameters): Secret {
  const method = methodOf(params.method)
  const options: CurlOption[] = [
    ['url', revealText(params.url)],
    ['proto', '=http,https'],
    ['user-agent', revealText(params.http_agent)],
    ['connect-timeout', String(params.timeout)],
    // Ansible's timeout is that of a silent connection, not of a long answer.
    ['speed-time', String(params.timeout)],
    ['speed-limit', '1'],
  ]
  options.push(method === 'HEAD' ? ['head', true] : ['request', method])
  const body = encodeBody(params)
  const names = new Set<string>()
  for (const [name, value] of params.headers) {
    const text = `${String(name)}: ${headerValue(revealed(value))}`
    if (/[\r\n]/.test(text)) throw new TaskFailure(`the header ${String(name)} holds a line end`)
    names.add(String(name).toLowerCase())
    options.push(['header', text])
  }
  if (body !== null) {
    if (!names.has('content-type')) options.push(['header', `Content-Type: ${body.type}`])
    // curl asks for permission before it sends a large body, and waits a second for servers that do not answer that.
    if (!names.has('expect')) options.push(['header', 'Expect:'])
    options.push(['data-raw', body.text])
  }
  if (params.url_username !== undefined)
    options.push(['user', `${revealText(params.url_username)}:${revealText(params.url_password) ?? ''}`])
  if (!params.validate_certs) options.push(['insecure', true])
  const files: [string, Text | undefined][] = [
    ['cacert', params.ca_path],
    ['cert', params.client_cert],
    ['key', params.client_key],
    ['unix-socket', params.unix_socket],
  ]
  for (const [name, path] of files) if (path !== undefined) options.push([name, revealText(path)])
  for (const [name, value] of params.more ?? []) {
    const header = name === 'header' && typeof value === 'string' ? value.split(':')[0] : undefined
    // What the task says of a header counts.
    if (header === undefined || !names.has(header.toLowerCase())) options.push([name, value])
  }
  if (follows(params.follow_redirects, method)) options.push(['location', true], ['max-redirs', '10'])
  // `request` would be sent to every address of a redirect; a GET needs none.
  const sent = method === 'GET' && body === null ? options.filter(([name]) => name !== 'request') : options
  return new Secret(curlConfig(sent), { from: secretsIn({ ...params }), joined: true })
}

function headerValue(value: Value): string {
  return value === null ? '' : str(value)
}

/** `safe` (and urllib2, its old name) follows GET and HEAD only. */
function follows(wanted: string, method: string): boolean {
  if (wanted === 'all' || wanted === 'yes') return true
  if (wanted === 'none' || wanted === 'no') return false
  return method === 'GET' || method === 'HEAD'
}

function encodeBody(params: RequestParameters): { text: string; type: string } | null {
  const { body, body_format: format } = params
  if (body === undefined || body === null) return null
  const value = revealed(body)
  const form = 'application/x-www-form-urlencoded'
  if (format === 'json')
    return { type: 'application/json', text: typeof value === 'string' ? value : dumpJson(value) }
  if (format === 'form-urlencoded')
    return { type: form, text: typeof value === 'string' ? value : urlEncode(value) }
  if (isDict(value) || Array.isArray(value))
    throw new TaskFailure('body is no text, and body_format is raw', {
      hint: 'set body_format: json (or form-urlencoded), or give body as text',
    })
  return { type: form, text: str(value) }
}

/** As Python's `urlencode(doseq=True)`: blanks become plus signs, lists repeat the name. */
function urlEncode(value: Value): string {
  const pairs: [Value, Value][] = isDict(value)
    ? [...value]
    : Array.isArray(value)
      ? value.map((item) => (Array.isArray(item) && item.length === 2 ? [item[0]!, item[1]!] : refuseForm()))
      : refuseForm()
  return pairs
    .flatMap(([name, item]) =>
      (Array.isArray(item) ? item : [item]).map((one) => `${quotePlus(name)}=${quotePlus(one)}`),
    )
    .join('&')
}

function refuseForm(): never {
  throw new TaskFailure('body is neither a mapping nor a list of pairs, and body_format is form-urlencoded')
}

function quotePlus(value: Value): string {
  return encodeURIComponent(str(value))
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
