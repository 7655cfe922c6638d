import { STATUS_CODES } from 'node:http'
import { loadJson } from '../../template/python/formats/json-load.ts'
import { hostFailure, saidOn } from '../../values/host-failure.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'

/** What came back of a request. */
export interface Response {
  readonly status: number
  readonly url: string
  readonly redirected: boolean
  /** Keys in lower case with `_`, as Ansible names them. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
  readonly reason: string
}

/** What curl writes behind the answer; the mark is made for the one request, so that no answer can hold it. */
export function trailerFormat(mark: string): string {
  return `\\n${mark} %{http_code} %{size_header} %{num_redirects} %{url_effective}`
}

/**
 * Takes curl's output apart: headers (of all answers, the last one counts), body, trailer.
 * @throws TaskFailure when there was no answer
 */
export function readResponse(output: Output, mark: string): Response {
  const at = output.stdout.lastIndexOf(`\n${mark} `)
  if (at === -1) throw hostFailure('the request failed', output)
  const trailer = output.stdout.subarray(at + mark.length + 2).toString('utf8')
  const match = /^(\d{3}) (\d+) (\d+) (.*)$/s.exec(trailer)
  if (match === null) throw new TaskFailure('the request failed: curl said nothing of its answer')
  const size = Number(match[2])
  const blocks = output.stdout
    .subarray(0, size)
    .toString('latin1')
    .split(/\r?\n\r?\n/)
    .filter((block) => block !== '')
  const [statusLine = '', ...lines] = (blocks.at(-1) ?? '').split(/\r?\n/)
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    const name = line.slice(0, colon).toLowerCase().replaceAll('-', '_')
    const value = line.slice(colon + 1).trim()
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value)
  }
  const status = Number(match[1])
  return {
    status,
    url: match[4]!.trimEnd(),
    redirected: Number(match[3]) > 0,
    headers,
    body: output.stdout.subarray(size, at),
    reason: /^HTTP\/\S+ \d{3} (.+)$/.exec(statusLine)?.[1] ?? STATUS_CODES[status] ?? '',
  }
}

/** Why no answer came, by curl's exit status, in Ansible's words where it has some. */
export function noAnswer(output: Output, rc: number | null): string {
  const said = saidOn(output).replace(/^curl: /, '')
  switch (rc) {
    case 6:
      return 'Request failed: <urlopen error [Errno -2] Name or service not known>'
    case 7:
      return /timed out/i.test(said)
        ? 'Request failed: <urlopen error timed out>'
        : /refused|couldn't connect|could not connect|failed to connect/i.test(said)
          ? 'Request failed: <urlopen error [Errno 111] Connection refused>'
          : `Request failed: ${said}`
    case 28:
      return 'Connection failure: timed out'
    default:
      return `Request failed: ${said === '' ? `curl ended with status ${rc}` : said}`
  }
}

/** The body as JSON when its type says so and it is; undefined otherwise. */
export function jsonBody(response: Response): Value | undefined {
  if (!/^(?:application|text)\/(?:[a-z.+-]*\+)?json\b/.test(response.headers.get('content_type') ?? ''))
    return undefined
  try {
    return loadJson(response.body.toString('utf8'))
  } catch {
    return undefined
  }
}
