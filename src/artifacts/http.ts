import { Agent as HttpAgent, get as httpGet, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, get as httpsGet } from 'node:https'
import manifest from '../../package.json' with { type: 'json' }
import { ArtifactError } from './artifact-error.ts'

/** Milliseconds without a byte after which a server counts as gone. */
const PATIENCE = 30_000
const MAX_REDIRECTS = 10
/** Bytes of a checksum list, a signature, a key. */
const MAX_TEXT = 1024 * 1024

export interface FetchOptions {
  readonly signal: AbortSignal
  /** Holds http_proxy, https_proxy and no_proxy, in either case. */
  readonly environment: NodeJS.ProcessEnv
}

/**
 * Opens an address and follows redirects, through the proxy that the environment names. Node's own `fetch` knows
 * proxies for the whole process only, so this uses the clients below it.
 * @throws ArtifactError that names the address: no answer, a status other than 200, a redirect from HTTPS to HTTP
 */
export async function openAddress(address: string, options: FetchOptions): Promise<IncomingMessage> {
  let url = new URL(address)
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await request(url, options)
    const status = response.statusCode ?? 0
    const location = response.headers.location
    if (status === 200) return response
    response.destroy()
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined)
      throw new ArtifactError(
        `${url.href}: HTTP ${status}${response.statusMessage ? ` ${response.statusMessage}` : ''}`,
        status === 404 || status === 403 ? 'check version and url in artifacts.yaml' : undefined,
      )
    const next = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined
    if (next === undefined || (next.protocol !== 'https:' && next.protocol !== 'http:'))
      throw new ArtifactError(`${url.href}: is redirected to '${location}', which is no web address`)
    if (url.protocol === 'https:' && next.protocol === 'http:')
      throw new ArtifactError(`${url.href}: is redirected to ${next.href}, which is not encrypted`)
    url = next
  }
  throw new ArtifactError(`${address}: is redirected more than ${MAX_REDIRECTS} times`)
}

function request(url: URL, { signal, environment }: FetchOptions): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:'
  const agent = new (secure ? HttpsAgent : HttpAgent)({ proxyEnv: environment, keepAlive: false })
  const headers = { 'user-agent': `muster/${manifest.version}`, 'accept-encoding': 'identity' }
  return new Promise((resolve, reject) => {
    const call = (secure ? httpsGet : httpGet)(url, { agent, headers, signal }, resolve)
    call.setTimeout(PATIENCE, () => call.destroy(new Error(`no data for ${PATIENCE / 1000} seconds`)))
    call.on('error', (error) => reject(unreachable(url.href, error)))
  })
}

/** An error of the connection as one that names the address. */
export function unreachable(address: string, error: Error): Error {
  if (error.name === 'AbortError') return error
  // A connection tried on several addresses has no message of its own.
  const causes = error instanceof AggregateError ? error.errors : [error]
  const message = causes.map((cause: Error) => cause.message).join('; ')
  return new ArtifactError(
    `${address}: ${message}`,
    'without direct access to the internet set https_proxy, or run `muster artifacts fetch` elsewhere and copy the folder',
  )
}

/** The whole of a short file. @throws ArtifactError as {@link openAddress} does, and when it is over 1 MiB */
export async function fetchShort(address: string, options: FetchOptions): Promise<Buffer> {
  const response = await openAddress(address, options)
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      size += part.length
      if (size > MAX_TEXT) throw new ArtifactError(`${address}: larger than a checksum list or a key can be`)
      parts.push(part)
    }
  } catch (error) {
    throw error instanceof ArtifactError ? error : unreachable(address, error as Error)
  }
  return Buffer.concat(parts)
}
