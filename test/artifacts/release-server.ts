import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What a path answers: bytes, an address to go to, or a listener. */
export type Answer = Buffer | string | { readonly location: string } | RequestListener

export interface ReleaseServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  /** Paths asked for, in order. */
  readonly asked: readonly string[]
  /** May be changed while it serves. */
  readonly answers: Record<string, Answer>
}

/** An HTTP server on loopback for one test; what it does not know is 404. */
export async function releaseServer(answers: Record<string, Answer>): Promise<ReleaseServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const answer = answers[path]
    if (answer === undefined) response.writeHead(404).end('no such file')
    else if (typeof answer === 'function') answer(request, response)
    else if (typeof answer === 'string' || Buffer.isBuffer(answer)) response.end(answer)
    else response.writeHead(302, { location: answer.location }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, answers }
}
