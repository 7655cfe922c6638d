import type { Socket } from 'node:net'
import pLimit from 'p-limit'
import type { Client, ClientChannel } from 'ssh2'
import { quote } from '../shell/quote.ts'
import { bounded } from './bounded.ts'
import { ConnectionError } from './connection.ts'
import type { HostProcess, ProcessEnd, Transport } from './host-process.ts'
import { pacedInput } from './paced-input.ts'

/**
 * Channels at once. sshd allows 10 sessions a connection, but those that were closed linger: from 7 at once on, opens
 * were refused (measured over 500 execs); one more than this is left for killing.
 */
const MOST_CHANNELS = 5

/** Tries to open a channel that the host refuses for want of resources, and the longest wait between two in milliseconds. */
const OPEN_TRIES = 8
const LONGEST_WAIT = 800

/** What sshd answers over MaxSessions: "connect failed" (RFC 4254, 5.1). */
const OPEN_FAILED = 2

/** Seconds for the host to take leave. */
const CLOSE_TIMEOUT = 1

/** An SSH connection that is ready. */
export class SshTransport implements Transport {
  readonly label: string
  readonly counters: { handshakes: number; channels: number }
  readonly #client: Client
  readonly #socket: Socket
  readonly #limit = pLimit(MOST_CHANNELS)
  readonly #closed: Promise<void>
  #reason: string | undefined

  /** @param keepalive seconds without an answer after which the host counts as gone */
  constructor(label: string, client: Client, socket: Socket, keepalive: number) {
    this.label = label
    this.counters = { handshakes: 1, channels: 0 }
    this.#client = client
    this.#socket = socket
    this.#closed = new Promise((resolve) => client.once('close', () => resolve()))
    // node-ssh takes its own listener away once the connection is ready; without this one a reset would end muster.
    client.on('error', (error) => {
      this.#reason ??= explain(error, keepalive)
    })
  }

  traffic(): { readonly sent: number; readonly received: number } {
    return { sent: this.#socket.bytesWritten, received: this.#socket.bytesRead }
  }

  /** @param urgent does not wait until others let go of their channels */
  open(words: readonly string[], urgent = false): Promise<HostProcess> {
    if (urgent) return this.#open(words)
    const opened = Promise.withResolvers<HostProcess>()
    void this.#limit(async () => {
      try {
        const process = await this.#open(words)
        opened.resolve(process)
        await process.ended
      } catch (error) {
        opened.reject(error)
      }
    })
    return opened.promise
  }

  async close(): Promise<void> {
    this.#client.end()
    await bounded(this.#closed, CLOSE_TIMEOUT)
    this.#socket.destroy()
  }

  async #open(words: readonly string[]): Promise<HostProcess> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const channel = await this.#exec(words)
        this.counters.channels += 1
        const reason = () => this.#reason ?? 'the host closed the connection'
        return fromChannel(channel, this.#socket, this.#closed, reason)
      } catch (error) {
        if ((error as { reason?: number }).reason !== OPEN_FAILED) throw this.#unopened(error as Error)
        if (attempt === OPEN_TRIES) {
          throw new ConnectionError('no-shell', `${this.label}: the host opens no more sessions`, {
            hint: 'raise MaxSessions in its sshd_config (10 is the default)',
          })
        }
      }
      const wait = Math.min(LONGEST_WAIT, 50 * 2 ** attempt) * (0.5 + Math.random() / 2)
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  #exec(words: readonly string[]): Promise<ClientChannel> {
    // Whatever the login shell is: sh, csh and fish read these quotes alike.
    const line = `exec ${words.map(quote).join(' ')}`
    return new Promise((resolve, reject) => {
      // Throws at once when the socket is gone.
      this.#client.exec(line, (error, channel) => (error ? reject(error) : resolve(channel)))
    })
  }

  /** The host would not, or is gone. */
  #unopened(error: Error): ConnectionError {
    if (!this.#socket.writable) {
      const why = this.#reason ?? error.message
      return new ConnectionError('lost', `${this.label}: lost before a shell was started: ${why}`)
    }
    return new ConnectionError('no-shell', `${this.label}: the host runs no command: ${error.message}`, {
      hint: 'the account needs a login shell, and no forced command or restriction to SFTP in sshd_config',
    })
  }
}

/** Milliseconds in which a connection that died tells so after its channels closed. */
const SETTLE = 100

function fromChannel(
  channel: ClientChannel,
  socket: Socket,
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
  return error.message
}
