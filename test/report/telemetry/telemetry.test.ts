import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { chooseTelemetry, telemetry } from '../../../src/report/telemetry/choose.ts'
import type { RunEvent, Status } from '../../../src/run/record/events.ts'

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }

describe('what is sent', () => {
  test.each<[NodeJS.ProcessEnv, boolean, boolean]>([
    [{}, false, false],
    [ENDPOINT, true, true],
    [{ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }, false, false],
    [{ ...ENDPOINT, OTEL_METRICS_EXPORTER: 'none' }, true, false],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x/v1/traces' }, true, false],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://x/v1/metrics' }, false, true],
    [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, false, false],
    [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' }, false, true],
  ])('with %j: traces %s, metrics %s', (environment, traces, metrics) => {
    expect(chooseTelemetry(environment)).toMatchObject({ traces, metrics })
  })

  test('says what it does not obey', () => {
    const environment = {
      ...ENDPOINT,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_METRICS_EXPORTER: 'prometheus',
    }
    expect(chooseTelemetry(environment).warnings).toEqual([
      expect.stringContaining('no traces are sent: muster speaks OTLP over HTTP and not grpc'),
      'OTEL_METRICS_EXPORTER: prometheus is not obeyed: muster sends by otlp only',
    ])
  })
})

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}
interface SentSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly Attribute[]
  readonly status: { readonly code?: number; readonly message?: string }
}
const attributesOf = (attributes: readonly Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

const counts = { ok: 1, changed: 1, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 }
const task = (host: string, name: string, status: Status, message?: string): RunEvent => ({
  ...{ type: 'task', play: 'Hosts', host, task: name, module: 'copy', handler: false, status, message },
  ...{ hint: undefined, diff: [], result: new Map(), seconds: 2 },
  position: { file: 'site.yaml', line: 7, column: 3 },
})
const RUN: readonly RunEvent[] = [
  { type: 'run-started', run: 'r1', playbook: 'site.yaml', mode: 'apply', check: false, hosts: 2 },
  { type: 'phase', host: 'web01', phase: 'connect' },
  task('web01', 'copy it', 'changed'),
  task('web02', 'copy it', 'failed', 'no \u001b[31mspace'),
  {
    ...{ type: 'run-ended', run: 'r1', check: false, exitCode: 2, interrupted: false, seconds: 5 },
    recap: new Map([
      ['web01', counts],
      ['web02', { ...counts, ok: 0, changed: 0, failed: 1 }],
    ]),
    failures: [{ host: 'web02', task: 'copy it', status: 'failed', message: 'no space', hint: undefined }],
    cost: { handshakes: 2, channels: 2, requests: 3, bytesSent: 10, bytesReceived: 20 },
    journal: undefined,
  },
]

describe('a run', () => {
  let server: Server
  let got: { path: string | undefined; headers: NodeJS.Dict<string | string[]>; body: unknown }[]
  beforeEach(async () => {
    got = []
    server = createServer(async (request, response) => {
      got.push({ path: request.url, headers: request.headers, body: JSON.parse(await text(request)) })
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}`)
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-team=fleet')
    vi.stubEnv('OTEL_SERVICE_NAME', 'rollout')
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment.name=prod')
    vi.stubEnv('TRACEPARENT', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  async function tell(warn = vi.fn()) {
    const listen = await telemetry(process.env, warn)
    for (const event of RUN) listen!(event)
    return warn
  }

  test('is a trace below that of the pipeline: the run, its hosts, their tasks', async () => {
    const warn = await tell()
    await vi.waitFor(() =>
      expect(got.map(({ path }) => path).toSorted()).toEqual(['/v1/metrics', '/v1/traces']),
    )
    expect(warn).not.toHaveBeenCalled()
    const sent = got.find(({ path }) => path === '/v1/traces')!
    expect(sent.headers['x-team']).toBe('fleet')
    const [{ resource, scopeSpans }] = (
      sent.body as {
        resourceSpans: [{ resource: { attributes: Attribute[] }; scopeSpans: [{ spans: SentSpan[] }] }]
      }
    ).resourceSpans
    expect(attributesOf(resource.attributes)).toMatchObject({
      'service.name': 'rollout',
      'deployment.environment.name': 'prod',
    })
    const { spans } = scopeSpans[0]
    const named = (name: string) => spans.filter((span) => span.name === name)
    const [run] = named('muster apply')
    const [web01, web02] = [...named('web01'), ...named('web02')]
    const [first, second] = named('copy it')
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(
      new Set(['0af7651916cd43dd8448eb211c80319c']),
    )
    expect(run!.parentSpanId).toBe('b7ad6b7169203331')
    expect([web01!.parentSpanId, web02!.parentSpanId]).toEqual([run!.spanId, run!.spanId])
    expect([first!.parentSpanId, second!.parentSpanId]).toEqual([web01!.spanId, web02!.spanId])
    expect(attributesOf(first!.attributes)).toMatchObject({
      'muster.host': 'web01',
      'muster.status': 'changed',
      'code.file.path': 'site.yaml',
    })
    expect(Number(BigInt(first!.endTimeUnixNano) - BigInt(first!.startTimeUnixNano)) / 1e9).toBeCloseTo(2, 1)
    expect(
      spans
        .filter(({ status }) => status.code === 2)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['copy it', 'muster apply', 'web02'])
    // What a host printed moves no reader's cursor.
    expect(second!.status.message).not.toContain('\u001b')
  })

  test('is counted: hosts, tasks, time, cost', async () => {
    await tell()
    await vi.waitFor(() => expect(got.some(({ path }) => path === '/v1/metrics')).toBe(true))
    const { body } = got.find(({ path }) => path === '/v1/metrics')!
    const text = JSON.stringify(body)
    for (const name of ['hosts', 'tasks', 'duration', 'requests', 'network'])
      expect(text).toContain(`"muster.run.${name}"`)
  })

  test('goes on when nobody listens, with one warning', async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '500')
    const warn = await tell()
    await vi.waitFor(() => expect(warn).toHaveBeenCalled(), { timeout: 15_000 })
    expect(warn.mock.calls[0]![0]).toMatch(/^warning: OpenTelemetry: /)
  })
})
