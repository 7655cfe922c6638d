import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Route {
  readonly path: string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly base64?: string
  readonly echo?: boolean
  readonly basic?: string
  /** Seconds. */
  readonly delay?: number
  /** Bytes promised and not sent. */
  readonly missing?: number
}

export interface CaseServer {
  readonly host: string
  readonly port: number
  close(): void
}

/** The HTTP server that the cases' `@SERVER@` stands for; serves server.json as the recorder does. */
export async function startCaseServer(host: string): Promise<CaseServer> {
  const file = new URL('../../cases/modules/server.json', import.meta.url)
  const routes = new Map(
    (JSON.parse(readFileSync(file, 'utf8')) as Route[]).map((route) => [route.path, route]),
  )
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const route = routes.get(request.url ?? '') ?? { path: '', status: 404, body: 'no such page\n' }
      const port = (server.address() as AddressInfo).port
      setTimeout(
        () => answer(route, request, response, body, `http://${host}:${port}`),
        (route.delay ?? 0) * 1000,
      )
    })
  })
  await new Promise<void>((listening) => server.listen(0, host, listening))
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function answer(
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
  sent: string,
  url: string,
): void {
  let status = route.status ?? 200
  let headers: Record<string, string> = { ...route.headers }
  let body = route.base64 === undefined ? Buffer.from(route.body ?? '') : Buffer.from(route.base64, 'base64')
  if (route.echo) body = Buffer.from(echo(request, sent))
  const wanted =
    route.basic === undefined ? undefined : `Basic ${Buffer.from(route.basic).toString('base64')}`
  if (wanted !== undefined && request.headers.authorization !== wanted) {
    status = 401
    headers = { 'WWW-Authenticate': 'Basic realm="case"' }
    body = Buffer.from('who are you\n')
  }
  const since = request.headers['if-modified-since']
  if (since !== undefined && headers['Last-Modified'] !== undefined && status === 200)
    if (Date.parse(headers['Last-Modified']) <= Date.parse(since)) {
      status = 304
      body = Buffer.alloc(0)
    }
  for (const [name, value] of Object.entries(headers))
    response.setHeader(name, value.replaceAll('@SERVER@', url))
  response.sendDate = false
  response.setHeader('Content-Length', body.length + (route.missing ?? 0))
  response.setHeader('Connection', 'close')
  response.writeHead(status)
  if (request.method !== 'HEAD') response.write(body)
  if (route.missing === undefined || request.method === 'HEAD') response.end()
  else response.socket?.end()
}

/** As Python's json.dumps writes it, since its length is in the recorded answers. */
function echo(request: IncomingMessage, body: string): string {
  const { headers } = request
  const items = {
    method: request.method,
    body,
    type: headers['content-type'] ?? null,
    client: headers['user-agent'] ?? null,
    case: headers['x-case'] ?? null,
  }
  return `{${Object.entries(items)
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(', ')}}`
}
