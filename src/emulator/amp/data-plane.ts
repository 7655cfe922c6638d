import { AwsError } from '../errors.ts'
import { rest } from '../protocol/rest.ts'
import { type Answer, type CloudRequest, header } from '../request.ts'
import type { Call } from '../service.ts'
import { instantQuery, QueryError } from './promql.ts'
import { findWorkspace, workspaceStatus } from './workspaces.ts'
import { decodeWriteRequest, type WrittenSeries } from './write-request.ts'

/** Labels a series may have (AMP's quota). */
const MOST_LABELS = 150

/** The data plane spells it with a capital (facts/collectors.md 8.4), and so it does for one that is not ACTIVE. */
function checkActive(id: string, call: Call): Answer | null {
  try {
    if (workspaceStatus(findWorkspace(id, call), call.now) === 'ACTIVE') return null
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
  }
  return rest({ Message: 'Workspace not found' }, 404)
}

/** remote_write: stores what is valid, and answers 400 for the first sample that is not. */
export async function remoteWrite(id: string, call: Call): Promise<Answer> {
  const inactive = checkActive(id, call)
  if (inactive !== null) return inactive
  const { request } = call
  if (header(request, 'content-encoding') !== 'snappy') {
    return rest({ message: 'remote_write takes a body compressed with snappy' }, 400)
  }
  if (header(request, 'content-type')?.includes('io.prometheus.write.v2') === true) {
    return rest({ message: 'remote_write takes version 1.0 of the protocol' }, 415)
  }
  let written: readonly WrittenSeries[]
  try {
    written = decodeWriteRequest(request.body)
  } catch (error) {
    return rest({ message: `the body is no write request: ${(error as Error).message}` }, 400)
  }
  const refusals = written.flatMap((series) => store(id, series, call))
  if (call.prometheus !== undefined) {
    const forwarded = await forward(call.prometheus, 'write', call.request)
    if (forwarded.status >= 300) return forwarded
  }
  return refusals.length === 0 ? rest({}) : rest({ message: refusals[0] }, 400)
}

function store(id: string, { labels, samples }: WrittenSeries, call: Call): readonly string[] {
  if (!labels['__name__']) return ['series has no metric name']
  if (Object.keys(labels).length > MOST_LABELS) {
    return [
      `series has ${Object.keys(labels).length} labels, more than ${MOST_LABELS}: ${labels['__name__']}`,
    ]
  }
  return samples
    .map((sample) => call.series.append(id, labels, sample, call.now))
    .filter((refusal) => refusal !== null)
}

/** query: an instant query, by GET or by a form. */
export async function query(id: string, call: Call): Promise<Answer> {
  const inactive = checkActive(id, call)
  if (inactive !== null) return inactive
  const { request, now } = call
  if (call.prometheus !== undefined) return forward(call.prometheus, 'query', request)
  const form = new URLSearchParams(request.method === 'POST' ? request.body.toString('utf8') : request.query)
  const time = readTime(form.get('time'), now)
  if (time === null) return bad(`invalid parameter "time": cannot parse ${form.get('time')}`)
  try {
    const points = instantQuery(form.get('query') ?? '', call.series.all(id), time)
    const result = points.map(({ labels, value }) => ({
      metric: labels,
      value: [time / 1000, formatValue(value)],
    }))
    return rest({ status: 'success', data: { resultType: 'vector', result } })
  } catch (error) {
    if (error instanceof QueryError) return bad(`invalid parameter "query": ${error.message}`)
    throw error
  }
}

function bad(error: string): Answer {
  return rest({ status: 'error', errorType: 'bad_data', error }, 400)
}

/** Seconds since the epoch or RFC 3339, as milliseconds; null for anything else. */
function readTime(text: string | null, now: number): number | null {
  if (text === null || text === '') return now
  const time = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text)
  return Number.isNaN(time) ? null : time
}

function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}

/** Hands a request on to the real Prometheus, whose answer is the answer. */
async function forward(prometheus: string, path: 'write' | 'query', request: CloudRequest): Promise<Answer> {
  const passed = ['content-type', 'content-encoding', 'x-prometheus-remote-write-version']
  const url = `${prometheus.replace(/\/$/, '')}/api/v1/${path}${request.query === '' ? '' : `?${request.query}`}`
  const headers = Object.fromEntries(
    passed.flatMap((name) => {
      const value = header(request, name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
  try {
    const answer = await fetch(url, {
      method: request.method,
      headers,
      ...(request.method === 'POST' ? { body: new Uint8Array(request.body) } : {}),
      signal: AbortSignal.timeout(30_000),
    })
    return {
      status: answer.status,
      headers: { 'content-type': answer.headers.get('content-type') ?? 'application/json' },
      body: Buffer.from(await answer.arrayBuffer()),
    }
  } catch (error) {
    return rest(
      {
        message: `the Prometheus behind the workspace does not answer: ${String((error as Error).cause ?? error)}`,
      },
      503,
    )
  }
}
