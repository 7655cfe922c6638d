import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { AwsClients } from './clients.ts'

/** A fleet meets throttling more often than a single call does, so the SDK's three attempts are too few. */
const ATTEMPTS = 6

/**
 * Clients of one region, each imported (100 ms apiece) and made when first asked for. Credentials and endpoints come
 * from the environment: AWS_PROFILE, AWS_ACCESS_KEY_ID ..., AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SSM ..., and so do
 * proxies: https_proxy, http_proxy, no_proxy.
 */
export function createClients(region: string): AwsClients {
  const config = {
    region,
    ...(process.env['AWS_MAX_ATTEMPTS'] === undefined ? { maxAttempts: ATTEMPTS } : {}),
    ...(PROXIES.some((name) => process.env[name]) ? { requestHandler: throughProxy() } : {}),
  }
  return {
    region,
    ssm: once(async () => new (await import('@aws-sdk/client-ssm')).SSM(config)),
    amp: once(async () => new (await import('@aws-sdk/client-amp')).Amp(config)),
    iam: once(async () => new (await import('@aws-sdk/client-iam')).IAM(config)),
    sts: once(async () => new (await import('@aws-sdk/client-sts')).STS(config)),
  }
}

const PROXIES = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']

/** Node's own agents know no proxy unless they are told. As many sockets as the SDK's own have. */
function throughProxy() {
  const options = { keepAlive: true, maxSockets: 50, proxyEnv: process.env }
  return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
