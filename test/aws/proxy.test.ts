import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClients } from '../../src/aws/create-clients.ts'
import { callerIdentity } from '../../src/aws/identity.ts'
import { instantQuery } from '../../src/aws/queries.ts'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'

// The controller behind a proxy: muster's own calls, and the proof's queries, which no client of the SDK sends.
let cloud: Cloud
let proxy: Server
let asked: string[]
let answer: number

beforeEach(async () => {
  asked = []
  answer = 200
  cloud = await startCloud()
  proxy = createServer((message, response) => {
    asked.push(`${message.method} ${message.url}`)
    const { pathname, search } = new URL(message.url ?? '')
    const options = { port: cloud.port, method: message.method, path: pathname + search }
    const onward = request({ ...options, headers: message.headers }, (from) => {
      response.writeHead(from.statusCode ?? 502, from.headers)
      from.pipe(response)
    })
    message.pipe(onward)
  })
  proxy.on('connect', (message: IncomingMessage, socket) => {
    asked.push(`CONNECT ${message.url} ${message.headers['proxy-authorization'] ?? ''}`)
    socket.on('error', () => {})
    if (answer !== 200) socket.end(`HTTP/1.1 ${answer} No\r\n\r\n`)
    else socket.destroy()
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const url = `http://ops:pa%20ss@127.0.0.1:${(proxy.address() as AddressInfo).port}`
  for (const [name, value] of Object.entries(cloud.environment())) vi.stubEnv(name, value)
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
  for (const name of ['http_proxy', 'https_proxy']) vi.stubEnv(name, url)
  // A name that only the proxy can make something of.
  vi.stubEnv('AWS_ENDPOINT_URL', `http://cloud.example:${cloud.port}`)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  proxy.closeAllConnections()
  proxy.close()
  await cloud.close()
})

describe('through a proxy of the environment', () => {
  it('go the calls of the SDK and the queries of the proof', async () => {
    const clients = createClients('eu-central-1')
    expect((await callerIdentity(clients)).account).toBe('123456789012')
    const endpoint = `http://cloud.example:${cloud.port}/workspaces/ws-0/`
    await expect(instantQuery(clients, endpoint, 'up')).rejects.toThrow(/ResourceNotFound/)
    expect(asked).toEqual([`POST http://cloud.example:${cloud.port}/`, `POST ${endpoint}api/v1/query`])
  })

  it('but not to what no_proxy names', async () => {
    vi.stubEnv('no_proxy', 'localhost,127.0.0.1')
    vi.stubEnv('AWS_ENDPOINT_URL', cloud.url())
    expect((await callerIdentity(createClients('eu-central-1'))).account).toBe('123456789012')
    expect(asked).toEqual([])
  })

  it.each([
    [407, /other credentials/, false],
    [403, /let this machine through/, false],
    [503, /let this machine through/, true],
  ])('that answers %i: cause and next step, and no password', async (status, hint, passing) => {
    answer = status
    vi.stubEnv('AWS_ENDPOINT_URL', 'https://sts.example')
    const error = await callerIdentity(createClients('eu-central-1')).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      message: `cannot find out who the AWS credentials are: the proxy answers with HTTP ${status}`,
      hint: expect.stringMatching(hint),
      passing,
    })
    expect(asked[0]).toBe(`CONNECT sts.example:443 Basic ${Buffer.from('ops:pa ss').toString('base64')}`)
    expect(JSON.stringify(error)).not.toMatch(/pa ss|pa%20ss/)
  })
})
