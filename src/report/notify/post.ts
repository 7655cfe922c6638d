import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import manifest from '../../../package.json' with { type: 'json' }
import type { Secret } from '../../values/secret.ts'

/** Milliseconds for one try, and between the first two. */
const PATIENCE = 10_000
const PAUSE = 1000
const TRIES = 3

/**
 * Sends JSON to a webhook, through the proxy that the environment names; once more after a server's own faults.
 * @param address its path is a password: it is in no message
 * @throws Error that names the host and why
 */
export async function postJson(
  address: Secret,
  body: object,
  environment: NodeJS.ProcessEnv,
  pause = PAUSE,
): Promise<void> {
  const url = new URL(address.revealText())
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await post(url, JSON.stringify(body), environment).catch((error: Error) => error)
    if (typeof outcome === 'number' && outcome >= 200 && outcome < 300) return
    const passing = typeof outcome !== 'number' || outcome === 429 || outcome >= 500
    if (!passing || attempt === TRIES) {
      const why = typeof outcome === 'number' ? `HTTP ${outcome}` : outcome.message
      throw new Error(`${url.host} did not take the notification: ${why}`)
    }
    await wait(pause * attempt)
  }
}

function post(url: URL, body: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const secure = url.protocol === 'https:'
  const agent = new (secure ? HttpsAgent : HttpAgent)({ proxyEnv: environment, keepAlive: false })
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': `muster/${manifest.version}`,
  }
  const signal = AbortSignal.timeout(PATIENCE)
  return new Promise((resolve, reject) => {
    const call = (secure ? httpsRequest : httpRequest)(
      url,
      { method: 'POST', agent, headers, signal },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      },
    )
    call.on('error', (error) =>
      reject(signal.aborted ? new Error(`no answer within ${PATIENCE / 1000} s`) : error),
    )
    call.end(body)
  })
}
