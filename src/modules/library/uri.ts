import { randomBytes } from 'node:crypto'
import { sh } from '../../shell/sh.ts'
import type { Secret } from '../../values/secret.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { commandProbes, commandRepeatable, commandState } from '../commands/command-state.ts'
import { fileParameters } from '../files/attributes/file-parameters.ts'
import { statResult } from '../files/attributes/file-result.ts'
import { requireOwners } from '../files/attributes/owners.ts'
import { type DestinationAnswers, observeDestination, readDestination } from '../files/content/destination.ts'
import { readDone, readState } from '../files/done.ts'
import { shownPart } from '../host/text.ts'
import { fetchInto, requireCurl, splitOutput } from '../http/fetch.ts'
import { methodOf, requestConfig } from '../http/request.ts'
import { requestParameters } from '../http/request-parameters.ts'
import { jsonBody, noAnswer, type Response, readResponse, trailerFormat } from '../http/response.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'

/** Methods that change nothing (RFC 9110, 9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

export default defineModule({
  name: 'uri',
  runsOn: 'host',
  documentation: {
    summary: 'Sends an HTTP request from the host.',
    notes: [
      'Needs curl on the host. Headers, body and password go to it on standard input and are in no command line.',
      'Never changed, but for dest, when the file differs. Check mode skips: a request may change anything.',
    ],
    examples: `
- name: collector is ready
  uri: { url: 'http://127.0.0.1:9090/-/ready' }
  register: ready
  until: ready.status == 200
  retries: 10
- name: tell the register
  uri:
    url: https://register.example.com/hosts
    method: POST
    body_format: json
    body: { name: '{{ inventory_hostname }}' }
    headers: { Authorization: 'Bearer {{ token }}' }
    status_code: [200, 201]
`,
    returns: {
      status: 'HTTP status; -1 when no answer came',
      'url, redirected': 'where the answer came from',
      content: 'the body, with return_content',
      json: 'the body read, when its type is JSON',
      'content_type, content_length ...': 'headers of the answer, in lower case with _',
      path: 'the file, with dest',
      elapsed: 'seconds',
    },
  },
  spec: {
    parameters: {
      url: { type: 'str', required: true, doc: 'Address, http or https.' },
      method: { type: 'str', default: 'GET', doc: 'Method.' },
      body: { type: 'raw', doc: 'Body of the request.' },
      body_format: {
        type: 'str',
        choices: ['raw', 'json', 'form-urlencoded'],
        default: 'raw',
        doc: 'How body is encoded.',
      },
      status_code: { type: 'list', elements: 'int', default: [200], doc: 'Statuses that are right.' },
      return_content: { type: 'bool', default: false, doc: 'Put the body into the result.' },
      dest: { type: 'path', doc: 'File that gets the body.' },
      ...fileParameters,
      ...requestParameters,
      creates: { type: 'path', doc: 'Glob; when something matches, no request is sent.' },
      removes: { type: 'path', doc: 'Glob; when nothing matches, no request is sent.' },
      follow_redirects: {
        type: 'str',
        choices: ['all', 'none', 'safe', 'urllib2', 'yes', 'no'],
        default: 'safe',
        doc: 'safe follows redirects of GET and HEAD.',
      },
      timeout: { type: 'int', default: 30, doc: 'Seconds that the server may be silent.' },
      url_username: { type: 'str', aliases: ['user'], doc: 'User for basic authentication.' },
      ca_path: { type: 'str', doc: 'File of certificates that are trusted, on the host.' },
      unix_socket: { type: 'str', doc: 'Socket on the host to connect to instead of the address.' },
    },
  },

  observe(params) {
    methodOf(params.method)
    const conditions = commandProbes({ chdir: undefined, creates: params.creates, removes: params.removes })
    const place = params.dest === undefined ? undefined : observeDestination(wishOf(params, params.dest))
    return { ...conditions, ...place }
  },

  repeatable: (params) => commandRepeatable(params) || SAFE.has(methodOf(params.method)),

  async *converge(params, answers, context) {
    if (context.check) return { skipped: true }
    const gate = commandState(answers)
    if (gate.creates === true) return { msg: `skipped, since '${params.creates}' exists` }
    if (gate.removes === false) return { msg: `skipped, since '${params.removes}' does not exist` }
    const place =
      params.dest === undefined
        ? null
        : readDestination(wishOf(params, params.dest), answers as DestinationAnswers)
    const mark = randomBytes(16).toString('hex')
    const write = ['-sS', '-q', '-K', '-', '-D', '-', '-w', trailerFormat(mark)]
    const action = {
      kind: 'run',
      says: `${shownPart(params.method, methodOf(params.method))} ${place === null ? 'request' : `into ${place.facts.path}`}`,
      stdin: requestConfig({
        ...params,
        url_password: params.url_password === undefined ? undefined : secretOf(params.url_password),
      }),
    } as const
    const start = performance.now()
    if (place !== null) requireOwners(place.owners)
    const fetch =
      place === null
        ? null
        : fetchInto(place, {
            mode: params.mode,
            statuses: params.status_code,
            write,
            unsafeWrites: params.unsafe_writes,
            follow: true,
          })
    const script =
      fetch === null
        ? sh`${requireCurl}
LC_ALL=C curl ${write}${params.method === 'HEAD' ? sh` -o /dev/null` : sh``}
printf '\0curl\0%s' $?`
        : fetch.script
    // The request itself may have changed anything, also on this host.
    const output = yield { ...action, ...(fetch === null ? { silent: true } : {}), contained: true, script }
    const { answer, rc } = splitOutput(output, 'uri')
    const elapsed = Math.round((performance.now() - start) / 1000)
    const wanted = params.status_code
    if (rc !== 0) {
      const msg = `Status code was -1 and not [${wanted.join(', ')}]: ${noAnswer(output, rc)}`
      throw new TaskFailure(msg, {
        result: { status: -1, url: params.url, redirected: false, elapsed, changed: false },
      })
    }
    const response = readResponse({ ...output, stdout: answer }, mark)
    const result = about(response, elapsed, params.return_content)
    const right = response.status >= 200 && response.status < 300
    const words = right
      ? `OK (${response.headers.get('content_length') ?? 'unknown'} bytes)`
      : `HTTP Error ${response.status}: ${response.reason}`
    if (!wanted.includes(response.status))
      throw new TaskFailure(`Status code was ${response.status} and not [${wanted.join(', ')}]: ${words}`, {
        result: { ...result, changed: false },
      })
    if (fetch === null) return { msg: words, changed: false, result }
    const fields = readDone(output, fetch.dest)
    const changed = !fields.some((field) => field.name === 'same')
    const facts = readState(fields, fetch.dest)
    return { msg: words, changed, result: { ...result, path: facts.path, ...statResult(facts.stat) } }
  },
})

function wishOf(
  params: { readonly url: Text; readonly owner: Text | undefined; readonly group: Text | undefined },
  dest: string,
) {
  const { owner, group } = params
  return { dest, owner, group, name: nameOf(revealText(params.url)), withText: false }
}

/** What `secret: true` in the spec makes of a parameter. */
function secretOf(text: Text): Secret {
  if (typeof text === 'string') throw new TypeError('a secret parameter came as plain text')
  return text
}

function about(response: Response, elapsed: number, withContent: boolean): Record<string, Value> {
  const json = jsonBody(response)
  return {
    ...Object.fromEntries(response.headers),
    status: response.status,
    url: response.url,
    redirected: response.redirected,
    elapsed,
    ...(withContent ? { content: response.body.toString('utf8') } : {}),
    ...(json === undefined ? {} : { json }),
  }
}

/** The name that a file gets in a directory: the last part of the address. */
function nameOf(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*\/(?:[^?#]*\/)?([^/?#]+)/i.exec(url)?.[1] ?? 'index.html'
}
