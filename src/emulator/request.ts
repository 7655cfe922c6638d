import type { IncomingMessage } from 'node:http'

/** The most bytes a body may have; AMP's own bound on remote_write is 1 MB compressed. */
const BODY_LIMIT = 10 * 1024 * 1024

/** A request as it came over the wire, with its body read. */
export interface CloudRequest {
  readonly method: string
  /** As on the wire, without the query. */
  readonly path: string
  /** As on the wire, without the question mark. */
  readonly query: string
  /** Lower-case name -> its values in order. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: Buffer
}

/** The header's first value, or undefined. */
export function header(request: CloudRequest, name: string): string | undefined {
  return request.headers[name]?.[0]
}

/**
 * Reads a request whole; chunked bodies too, as the agent sends them.
 * @returns null when the body is larger than the bound
 */
export async function readRequest(message: IncomingMessage): Promise<CloudRequest | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_LIMIT) return null
    chunks.push(chunk)
  }
  const url = message.url ?? '/'
  const mark = url.indexOf('?')
  return {
    method: message.method ?? 'GET',
    path: mark === -1 ? url : url.slice(0, mark),
    query: mark === -1 ? '' : url.slice(mark + 1),
    headers: Object.fromEntries(
      Object.entries(message.headersDistinct).map(([name, values]) => [name, values ?? []]),
    ),
    body: Buffer.concat(chunks),
  }
}

/** What is sent back. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}
