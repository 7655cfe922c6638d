import type { Duplex } from 'node:stream'
import type { Client, ClientChannel } from 'ssh2'
import { quote } from '../../shell/quote.ts'
import { displayText } from '../../values/text/visible.ts'
import { answerWithin } from '../answer-within.ts'
import { backOff } from '../back-off.ts'
import { bounded } from '../bounded.ts'
import { ChannelQueue } from '../channel-queue.ts'
import { ConnectionError, DEADLINES } from '../connection.ts'
import type { CommandLine, HostProcess, OpenOptions, ProcessEnd, Transport } from '../host-process.ts'
import { pacedInput } from './paced-input.ts'
import type { Road } from './road.ts'

/** Tries to open a channel that the host refuses for want of resources, and seconds between two. */
const OPEN_TRIES = 8
const WAITS = { first: 0.1, longest: 0.8 } as const

/** What sshd answers over MaxSessions: "connect failed" (RFC 4254, 5.1). */
const OPEN_FAILED = 2

/** Seconds for the host to take leave. */
const CLOSE_TIMEOUT = 1

/** A terminal that shows nothing of what is typed into it (RFC 4254, 8). */
const TERMINAL = { term: 'dumb', modes: { ECHO: 0, ECHOE: 0, ECHOK: 0, ONLCR: 0 } } as const

/** An SSH connection that is ready. */
export class SshTransport implements Transport {
  readonly label: string
  readonly counters: { handshakes: number; channels: number }
  readonly #client: Client
  readonly #road: Road
  readonly #queue: ChannelQueue
  readonly #closed: Promise<void>
  #reason: string | undefined

  /** @param keepalive seconds without an answer after which the host counts as gone */
  constructor(label: string, client: Client, road: Road, keepalive: number) {
    this.label = label
    this.#queue = new ChannelQueue(label)
    this.counters = { handshakes: 1, channels: 0 }
    this.#client = client
    this.#road = road
    this.#closed = new Promise((resolve) => client.once('close', () => resolve()))
    // node-ssh takes its own listener away once the connection is ready; without this one a reset would end muster.
    client.on('error', (error) => {
      this.#reason ??= explain(error, keepalive)
    })
  }

  traffic(): { readonly sent: number; readonly received: number } {
    return this.#road.traffic()
  }

  /** ssh2 keeps it and does not tell it. */
  get server(): string | undefined {
    const { _remoteVer: version } = this.#client as Client & { readonly _remoteVer?: unknown }
    return typeof version === 'string' ? version : undefined
  }

  /** Settles when the connection is gone; why, in words for a person. */
  get closed(): Promise<string> {
    return this.#closed.then(() => this.#why())
  }

  open(words: readonly string[] | CommandLine, options: OpenOptions = {}): Promise<HostProcess> {
    return this.#queue.open(options, () => this.#open(words, options))
  }

  abandon(reason: string): void {
    this.#reason ??= reason
    this.#road.stream.destroy()
  }

  async close(): Promise<void> {
    this.#client.end()
    await bounded(this.#closed, CLOSE_TIMEOUT)
    this.#road.stream.destroy()
  }

  async #open(words: readonly string[] | CommandLine, options: OpenOptions): Promise<HostProcess> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const channel = await this.#exec(words, options)
        this.counters.channels += 1
        return fromChannel(channel, this.#road.stream, this.#closed, () => this.#why())
      } catch (error) {
        if (error instanceof ConnectionError) throw error
        if ((error as { reason?: number }).reason !== OPEN_FAILED) throw this.#unopened(error as Error)
        if (attempt === OPEN_TRIES) {
          throw new ConnectionError('no-shell', `${this.label}: the host opens no more sessions`, {
            hint: 'raise MaxSessions in its sshd_config (10 is the default)',
          })
        }
      }
      await backOff(this.label, { attempt, ...WAITS }, options.signal)
    }
  }

  /** Opens a channel, bounded in time: a host may take the request and never answer it. */
  #exec(words: readonly string[] | CommandLine, options: OpenOptions): Promise<ClientChannel> {
    const { signal, terminal, seconds = DEADLINES.open } = options
    // Whatever the login shell is: sh, csh and fish read these quotes alike.
    const line = 'line' in words ? words.line : `exec ${words.map(quote).join(' ')}`
    const expired = () => {
      const why = `the host opens no channel within ${seconds} s`
      this.abandon(why)
      return new ConnectionError('timeout', `${this.label}: ${why}`, { hint: LOAD })
    }
    return answerWithin<ClientChannel>({ name: this.label, seconds, signal, expired }, (pending) => {
      // A channel that is being opened when the connection dies is not always told so.
      void this.#closed.then(() => pending.reject(new Error(this.#why())))
      // Throws at once when the socket is gone.
      this.#client.exec(line, terminal ? { pty: TERMINAL } : {}, (error, channel) => {
        if (!pending.waiting) channel?.close()
        else if (error) pending.reject(error)
        else pending.resolve(channel)
      })
    })
  }

  #why(): string {
    return this.#road.blame?.() ?? this.#reason ?? 'the host closed the connection'
  }

  /** The host would not, or is gone. */
  #unopened(error: Error): ConnectionError {
    const said = displayText(error.message, 300)
    if (!this.#road.stream.writable) {
      const why = this.#road.blame?.() ?? this.#reason ?? said
      return new ConnectionError('lost', `${this.label}: lost before a shell was started: ${why}`)
    }
    return new ConnectionError('no-shell', `${this.label}: the host runs no command: ${said}`, {
      hint: 'the account needs a login shell, and no forced command or restriction to SFTP in sshd_config',
    })
  }
}

const LOAD = 'look at the load of the host; muster_open_timeout sets the time'

/** Milliseconds in which a connection that died tells so after its channels closed. */
const SETTLE = 100

function fromChannel(
  channel: ClientChannel,
  socket: Duplex,
  connectionClosed: Promise<void>,
  reason: () => string,
): HostProcess {
  let status: ProcessEnd | undefined
  channel.on('exit', (code: number | null, signal?: string) => {
    status = { code, signal: signal ?? null }
  })
  channel.on('error', () => {})
  channel.stderr.on('error', () => {})
  const ended = new Promise<ProcessEnd>((resolve) => {
    const lost = () => resolve(status ?? { code: null, signal: null, reason: reason(), connectionLost: true })
    channel.once('close', () => {
      if (status !== undefined) resolve(status)
      // With a dying connection its channels close first. Else sshd let the channel go before it knew the status, as
      // it may when a program ends at once while its input is still being written.
      else setTimeout(() => resolve({ code: null, signal: null, reason: 'no exit status' }), SETTLE)
    })
    // A channel whose streams nobody drained never closes.
    void connectionClosed.then(lost)
  })
  return {
    stdin: pacedInput(channel, socket),
    stdout: channel,
    stderr: channel.stderr,
    ended,
    destroy: () => channel.close(),
  }
}

function explain(error: Error & { code?: unknown; level?: string }, keepalive: number): string {
  if (error.level === 'client-timeout') return `no answer for ${keepalive} s`
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return 'connection reset'
  return displayText(error.message, 300)
}
