import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quote } from '../../shell/quote.ts'
import { displayText } from '../../values/text/visible.ts'
import { cancelled } from '../answer-within.ts'
import { bounded } from '../bounded.ts'
import { ChannelQueue } from '../channel-queue.ts'
import { ConnectionError, type ConnectionSettings } from '../connection.ts'
import { Countdown } from '../countdown.ts'
import {
  type CommandLine,
  fromChild,
  type HostProcess,
  type OpenOptions,
  type ProcessEnd,
  type Transport,
} from '../host-process.ts'
import { OutputTail } from '../output-tail.ts'
import { type Answerer, Askpass } from './askpass.ts'
import { masterWords, sessionWords } from './openssh-arguments.ts'
import { explainOpenssh } from './openssh-failure.ts'

/** Seconds for the shared connection to end, and beyond the connect timeout for it to log in. */
const CLOSE_TIMEOUT = 2
const LOGIN_TIMEOUT = 20

/** ssh's own failures, and what a program on the host may end with too. */
const FAILED = 255

/** A connection by the system's `ssh`, for what muster's own transport cannot do. One login; all else shares it. */
export class OpensshTransport implements Transport {
  readonly label: string
  readonly counters = { handshakes: 1, channels: 0 }
  readonly #settings: ConnectionSettings
  readonly #folder: string
  readonly #master: ChildProcess
  readonly #masterSaid: OutputTail
  readonly #masterEnded: Promise<void>
  readonly #queue: ChannelQueue
  readonly #running = new Set<ChildProcess>()
  readonly #traffic = { sent: 0, received: 0 }
  #reason: string | undefined
  #dead = false

  private constructor(
    settings: ConnectionSettings,
    folder: string,
    master: ChildProcess,
    said: OutputTail,
    ended: Promise<void>,
  ) {
    this.label = settings.name
    this.#queue = new ChannelQueue(settings.name)
    this.#settings = settings
    this.#folder = folder
    this.#master = master
    this.#masterSaid = said
    this.#masterEnded = ended.then(() => {
      this.#dead = true
      // Their streams hang on the shared connection, and end with it.
    })
  }

  /** @throws ConnectionError; Dropped when it may go better at another try */
  static async open(
    settings: ConnectionSettings,
    signal?: AbortSignal,
    answerer: Answerer = { person: undefined, passphrase: undefined },
  ): Promise<OpensshTransport> {
    // Short, since the path of a socket may have a hundred characters; no one else may enter.
    const folder = await mkdtemp(join(tmpdir(), 'muster-'))
    const asks = mayAsk(settings, answerer)
    const askpass = asks ? await Askpass.start(folder, settings, answerer) : undefined
    const environment = {
      ...process.env,
      ...(settings.agent === undefined ? {} : { SSH_AUTH_SOCK: settings.agent }),
      LC_ALL: 'C',
      ...askpass?.environment,
    }
    const executable = settings.openssh?.executable ?? 'ssh'
    const master = spawn(executable, masterWords(settings, join(folder, 's'), asks), {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: environment,
    })
    const said = new OutputTail()
    master.stderr.on('data', (chunk: Buffer) => said.push(chunk))
    const ready = Promise.withResolvers<void>()
    const ended = new Promise<void>((resolve) => {
      master.once('exit', () => resolve())
      master.once('error', (error: NodeJS.ErrnoException) => {
        const hint = "install OpenSSH's client (openssh-client), or write ansible_connection: paramiko_ssh"
        const why = error.code === 'ENOENT' ? `there is no ${executable} here` : error.message
        ready.reject(new ConnectionError('handshake', `${settings.name}: ${why}`, { hint }))
        resolve()
      })
    })
    // What it said may come after its end.
    void ended.then(() => setTimeout(() => ready.reject(explainOpenssh(settings, said.bytes)), 50))
    const heard = new OutputTail()
    master.stdout.on('data', (chunk: Buffer) => {
      heard.push(chunk)
      if (/^ready$/m.test(heard.bytes.toString('latin1'))) ready.resolve()
    })
    const seconds = settings.connectTimeout + LOGIN_TIMEOUT
    const countdown = new Countdown(
      seconds * 1000,
      () => askpass?.sinceAnswer,
      () => {
        const what = `${settings.name}: ssh was not ready within ${seconds} s`
        ready.reject(new ConnectionError('timeout', what, { hint: 'try the same with ssh -v by hand' }))
      },
    )
    const onAbort = () => ready.reject(cancelled(settings.name))
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    try {
      await ready.promise
      return new OpensshTransport(settings, folder, master, said, ended)
    } catch (error) {
      end(master)
      await rm(folder, { recursive: true, force: true })
      throw error
    } finally {
      askpass?.close()
      countdown.stop()
      signal?.removeEventListener('abort', onAbort)
    }
  }

  traffic(): { readonly sent: number; readonly received: number } {
    const total = { ...this.#traffic }
    for (const child of this.#running) count(total, child)
    return total
  }

  open(words: readonly string[] | CommandLine, options: OpenOptions = {}): Promise<HostProcess> {
    return this.#queue.open(options, () => this.#open(words, options))
  }

  abandon(reason: string): void {
    this.#reason ??= reason
    end(this.#master)
  }

  async close(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL')
    end(this.#master)
    if (!(await bounded(this.#masterEnded, CLOSE_TIMEOUT))) this.#master.kill('SIGKILL')
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #open(
    words: readonly string[] | CommandLine,
    { terminal = false }: OpenOptions,
  ): Promise<HostProcess> {
    if (this.#dead) {
      throw new ConnectionError('lost', `${this.label}: lost before a shell was started: ${this.#why()}`)
    }
    this.counters.channels += 1
    const line = 'line' in words ? words.line : `exec ${words.map(quote).join(' ')}`
    const options = sessionWords(this.#settings, join(this.#folder, 's'), terminal)
    const child = spawn(this.#settings.openssh?.executable ?? 'ssh', [...options, line], {
      stdio: 'pipe',
      detached: true,
      env: { ...process.env, LC_ALL: 'C' },
    })
    this.#running.add(child)
    const host = fromChild(child)
    const ended = host.ended.then(async (status): Promise<ProcessEnd> => {
      this.#running.delete(child)
      count(this.#traffic, child)
      if (status.code !== FAILED) return status
      // The session ends a moment before the connection that died under it.
      await bounded(this.#masterEnded, 0.3)
      return this.#dead ? { code: null, signal: null, reason: this.#why(), connectionLost: true } : status
    })
    return { ...host, ended }
  }

  #why(): string {
    const said = displayText(this.#masterSaid.bytes, 500).trim()
    if (this.#reason !== undefined) return this.#reason
    if (/timeout, server .* not responding/i.test(said)) return 'no answer'
    if (/reset by/i.test(said)) return 'connection reset'
    return said === '' ? 'the host closed the connection' : `ssh says: ${said}`
  }
}

/** Whether ssh may ask anything: somebody can answer, and the configuration does not forbid it. */
function mayAsk(settings: ConnectionSettings, { person, passphrase }: Answerer): boolean {
  if (settings.password !== undefined || settings.privateKeyPassphrase !== undefined) return true
  return settings.batch !== true && (person !== undefined || passphrase !== undefined)
}

function end(master: ChildProcess): void {
  if (master.exitCode === null && master.signalCode === null) master.kill('SIGTERM')
}

/** A child's pipes are sockets, which count. */
function count(total: { sent: number; received: number }, child: ChildProcess): void {
  total.sent += (child.stdin as Socket).bytesWritten
  total.received += (child.stdout as Socket).bytesRead + (child.stderr as Socket).bytesRead
}
