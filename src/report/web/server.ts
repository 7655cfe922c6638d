import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventJson } from '../../run/record/event-json.ts'
import type { RecordedEvent } from '../../run/record/event-log.ts'
import type { Listener, RunEvent } from '../../run/record/events.ts'
import { jsonLine, visible } from '../../values/text/visible.ts'
import { htmlReport } from '../afterwards/html.ts'
import { storyOf } from '../afterwards/story.ts'
import { LIVE_SCRIPT, livePage } from './page.ts'

/** Where the page is served. */
export interface WebAddress {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

/** Bytes that may wait for one browser; one that reads no faster is let go, and its page asks again. */
const MOST_WAITING = 16 * 1024 * 1024
/** Milliseconds that open pages have at the end to fetch the report. */
const LINGER = 5000

/** `ADDRESS`, `ADDRESS:PORT`, `:PORT` or `[v6]:PORT`; loopback and any free port unless given. @throws RangeError */
export function readWebAddress(written: string): WebAddress {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]\s]*))(?::(\d{1,5}))?$/.exec(written)
  const port = Number(match?.[3] ?? 0)
  if (match === null || port > 65_535)
    throw new RangeError(`'${written}' is no address to serve at: write 127.0.0.1:8080, or only :8080`)
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port }
}

/**
 * Serves the run as it happens: a page, the events (server-sent events), and the report so far. Whoever has the token may
 * look, and nobody may do anything. The process lives until open pages have the report, for seconds at most.
 *
 * @param announce is told the page's address
 * @throws Error when nobody can listen there
 */
export async function webReport(
  { host, port }: WebAddress,
  announce: (address: string) => void,
  linger = LINGER,
): Promise<Listener> {
  const page = new WebPage(linger)
  const server = createServer((request, response) => page.answer(request, response))
  page.server = server
  // A run that is refused ends at once, whoever looks; the process lives by the run alone, and at its end by a timer.
  server.on('connection', (socket) => socket.unref())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  server.unref()
  const { address, port: given, family } = server.address() as AddressInfo
  const shown = family === 'IPv6' ? `[${address}]` : address
  announce(`http://${shown}:${given}/?token=${page.token}`)
  return (event) => page.see(event)
}

class WebPage {
  readonly token = randomBytes(24).toString('base64url')
  readonly #linger: number
  readonly #events: RecordedEvent[] = []
  readonly #told: string[] = []
  readonly #readers = new Set<ServerResponse>()
  /** Pages that have the report, of those that were open at the end. */
  #seen = 0
  #atEnd = 0
  #lingering: NodeJS.Timeout | undefined
  server: Server | undefined

  constructor(linger: number) {
    this.#linger = linger
  }

  see(event: RunEvent): void {
    const at = new Date()
    // Results may be large, and no page shows them.
    const kept = event.type === 'task' ? { ...event, result: new Map() } : event
    if (event.type !== 'phase') this.#events.push({ ...kept, at })
    const { diff: _, result: __, ...told } = eventJson(kept, at) as Record<string, unknown>
    // A browser obeys signs that turn the direction of text around as a terminal does.
    const shown = Object.entries(told).map(([name, value]) => [
      name,
      typeof value === 'string' ? visible(value) : value,
    ])
    const line = `data: ${jsonLine(Object.fromEntries(shown))}\n\n`
    this.#told.push(line)
    for (const reader of this.#readers) this.#send(reader, line)
    if (event.type === 'run-ended') this.#end()
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://muster.invalid')
    const what = `${request.method} ${url.pathname}`
    if (!this.#knows(url.searchParams.get('token')))
      refuse(response, 403, 'the token of the address that muster printed is missing')
    else if (what === 'GET /') this.#page(response)
    else if (what === 'GET /live.js') send(response, 'text/javascript', LIVE_SCRIPT)
    else if (what === 'GET /events') this.#follow(response)
    else if (what === 'GET /report') this.#report(response)
    else if (what === 'POST /seen') this.#hasSeen(response)
    else refuse(response, 404, 'there is nothing here')
  }

  /** Compared in a time that tells nothing of how much of it is right. */
  #knows(token: string | null): boolean {
    const given = Buffer.from(token ?? '')
    const own = Buffer.from(this.token)
    return given.length === own.length && timingSafeEqual(given, own)
  }

  #page(response: ServerResponse): void {
    const nonce = randomBytes(16).toString('base64url')
    const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
    send(response, 'text/html', livePage(nonce, this.token), { 'content-security-policy': policy })
  }

  #follow(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' })
    // A page that lost its connection asks again, and gets all of it again.
    this.#readers.add(response)
    response.on('close', () => this.#readers.delete(response))
    this.#send(response, this.#told.join(''))
  }

  #send(reader: ServerResponse, text: string): void {
    reader.write(text)
    if (reader.writableLength > MOST_WAITING) reader.destroy()
  }

  #report(response: ServerResponse): void {
    const story = storyOf(this.#events)
    if (story === undefined) refuse(response, 404, 'the run has not begun')
    else
      send(response, 'text/html', htmlReport(story, story.ended === undefined), {
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      })
  }

  #hasSeen(response: ServerResponse): void {
    this.#seen += 1
    response.writeHead(204, HEADERS).end(() => {
      if (this.#atEnd > 0 && this.#seen >= this.#atEnd) this.#close()
    })
  }

  /** Pages that are open have some seconds to fetch the report; without one nobody is waited for. */
  #end(): void {
    this.#atEnd = this.#readers.size
    if (this.#atEnd === 0) this.#close()
    else this.#lingering = setTimeout(() => this.#close(), this.#linger)
  }

  #close(): void {
    clearTimeout(this.#lingering)
    this.server?.close()
    this.server?.closeAllConnections()
  }
}

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

function send(
  response: ServerResponse,
  type: string,
  text: string,
  more: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(200, { ...HEADERS, 'content-type': `${type}; charset=utf-8`, ...more }).end(text)
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`)
}
