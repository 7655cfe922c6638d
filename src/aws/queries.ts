import { text } from 'node:stream/consumers'
import type { AwsClients } from './clients.ts'
import { AwsFailure, asking } from './errors.ts'
import { backOff, systemClock, type WaitOptions } from './polling/waiting.ts'

/** One series of an instant query's answer. */
export interface SeriesPoint {
  readonly labels: Readonly<Record<string, string>>
  /** NaN and infinities as Prometheus has them. */
  readonly value: number
}

const ATTEMPTS = 4
/** AMP itself gives up after two minutes; an instant query of a few series takes milliseconds. */
const TIMEOUT = 30_000

/**
 * Asks a workspace an instant query, for now.
 * @param endpoint the workspace's prometheusEndpoint, with or without its final slash
 * @throws AwsFailure
 */
export async function instantQuery(
  clients: AwsClients,
  endpoint: string,
  query: string,
  { signal, clock = systemClock }: WaitOptions = {},
): Promise<SeriesPoint[]> {
  const url = new URL(`${endpoint.replace(/\/+$/, '')}/api/v1/query`)
  const delays = backOff(500, 4000)
  for (let attempt = 1; ; attempt++) {
    try {
      return await asking(
        'aps:QueryMetrics',
        `ask ${url.host} for ${query}`,
        () => ask(clients, url, query, signal),
        signal,
      )
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof AwsFailure && error.passing)) throw error
      await clock.sleep(delays.next().value, signal)
    }
  }
}

interface Answer {
  readonly status?: string
  readonly error?: string
  /** AMP's front answers with one or the other. */
  readonly message?: string
  readonly Message?: string
  readonly data?: {
    readonly resultType: string
    readonly result: readonly {
      readonly metric: Record<string, string>
      readonly value: readonly [number, string]
    }[]
  }
}

async function ask(
  clients: AwsClients,
  url: URL,
  query: string,
  signal: AbortSignal | undefined,
): Promise<SeriesPoint[]> {
  // A form in the body: no limit of length, and no second encoding of the query to agree on.
  const body = new URLSearchParams({ query }).toString()
  const timeout = AbortSignal.timeout(TIMEOUT)
  const abortSignal = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  const { status, headers, text } = await send(clients, url, body, abortSignal).catch((error: unknown) => {
    timeout.throwIfAborted()
    throw error
  })
  const answer = readAnswer(text)
  if (status !== 200 || answer?.status !== 'success' || answer.data?.resultType !== 'vector') {
    const said = answer?.error ?? answer?.message ?? answer?.Message ?? text.slice(0, 200)
    throw Object.assign(new Error(said), {
      name: headers['x-amzn-errortype'] ?? codeOf(status, said),
      $metadata: { httpStatusCode: status },
    })
  }
  return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: readValue(value[1]) }))
}

/** Signs a query and sends it as the SDK sends its own calls: through the same proxy, trusting the same authorities. */
async function send(
  clients: AwsClients,
  url: URL,
  body: string,
  abortSignal: AbortSignal,
): Promise<{ status: number; headers: Readonly<Record<string, string>>; text: string }> {
  const [{ SignatureV4 }, { Sha256 }, amp] = await Promise.all([
    import('@smithy/signature-v4'),
    import('@aws-crypto/sha256-js'),
    clients.amp(),
  ])
  const signer = new SignatureV4({
    service: 'aps',
    region: clients.region,
    credentials: amp.config.credentials,
    sha256: Sha256,
  })
  const request = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    path: url.pathname,
    headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  })
  const { response } = await amp.config.requestHandler.handle(request, { abortSignal })
  return { status: response.statusCode, headers: response.headers, text: await text(response.body) }
}

function readAnswer(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer
  } catch {
    return undefined
  }
}

/** AMP's data plane names no code, so it is told by status and words (facts/collectors.md 8.4). */
function codeOf(status: number, said: string): string {
  if (status === 403) return /expired/.test(said) ? 'ExpiredToken' : 'AccessDenied'
  if (status === 404) return 'ResourceNotFound'
  if (status === 429) return 'Throttling'
  return status === 400 ? 'BadQuery' : `HTTP ${status}`
}

function readValue(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}
