import pLimit, { type LimitFunction } from 'p-limit'
import type { Client, ClientChannel } from 'ssh2'
import { displayText } from '../../values/text/visible.ts'
import { answerWithin, unlessAborted } from '../answer-within.ts'
import { type ConnectionCause, ConnectionError, type ConnectionSettings } from '../connection.ts'
import { Dropped } from '../dropped.ts'
import type { PrivateKeys } from '../keys/private-keys.ts'
import type { KnownHosts } from '../known-hosts/known-hosts.ts'
import { type LogInOptions, logIn } from './log-in.ts'
import type { Road } from './road.ts'

/** Handshakes at once through one bastion, so that hundreds of hosts do not start together on its line and its CPU. */
const STARTING = 20

/** Milliseconds that a bastion is kept after the last host behind it was left, for the next one. */
const LINGER = 1000

/** Milliseconds for which a bastion that could not be reached is not tried again: all hosts behind it are told the same. */
const FAILED_FOR = 30_000

/** Of RFC 4254, 5.1. */
const PROHIBITED = 1
const SHORTAGE = 4

export interface BastionsOptions {
  readonly privateKeys: PrivateKeys
  readonly ask?: LogInOptions['ask']
  readonly known: (files: readonly string[]) => Promise<KnownHosts>
  readonly keepalive?: LogInOptions['keepalive']
  readonly firstWait?: number | undefined
  /** Told once for each bastion that is lost while hosts are reached through it. */
  readonly notice?: ((text: string) => void) | undefined
}

interface Bastion {
  readonly label: string
  readonly client: Client
  readonly starting: LimitFunction
  /** Hosts and bastions that are reached through it. */
  users: number
  lost: string | undefined
  timer: NodeJS.Timeout | undefined
  close(): void
}

/** The connections to jump hosts: one to each, however many hosts are behind it. */
export class Bastions {
  /** Handshakes with bastions so far. */
  handshakes = 0
  readonly #options: BastionsOptions
  readonly #closing = new AbortController()
  readonly #bastions = new Map<string, Promise<Bastion>>()

  constructor(options: BastionsOptions) {
    this.#options = options
  }

  /**
   * A way to a host through a chain of jump hosts, first one first.
   *
   * @throws ConnectionError; that of a bastion is the same for all hosts behind it
   */
  async road(
    chain: readonly ConnectionSettings[],
    target: ConnectionSettings,
    signal: AbortSignal | undefined,
  ): Promise<Road> {
    const bastion = await unlessAborted(this.#bastion(chain), signal, target.name)
    const started = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    void bastion.starting(async () => {
      begun.resolve()
      await started.promise
    })
    this.#use(bastion, 1)
    let left = false
    const leave = () => {
      started.resolve()
      if (!left) this.#use(bastion, -1)
      left = true
    }
    try {
      await unlessAborted(begun.promise, signal, target.name)
      const channel = await forward(bastion, target, signal)
      channel.once('close', leave)
      // Half of a connection is of no use: without it a host that closes its own would not be noticed before keepalive.
      channel.once('end', () => channel.close())
      const traffic = counted(channel)
      return { stream: channel, traffic: () => traffic, blame: () => bastion.lost, started: started.resolve }
    } catch (error) {
      leave()
      throw error
    }
  }

  /** Ends all connections to bastions. */
  async close(): Promise<void> {
    this.#closing.abort()
    const all = await Promise.allSettled(this.#bastions.values())
    this.#bastions.clear()
    for (const each of all) if (each.status === 'fulfilled') each.value.close()
  }

  #bastion(chain: readonly ConnectionSettings[]): Promise<Bastion> {
    const key = JSON.stringify(
      chain.map(({ host, port, user, hostKeyAlias, knownHostsFiles, identityFiles, proxyCommand }) => [
        ...[host, port, user, hostKeyAlias, knownHostsFiles, identityFiles, proxyCommand],
      ]),
    )
    const known = this.#bastions.get(key)
    if (known !== undefined) return known
    const forget = () => {
      if (this.#bastions.get(key) === made) this.#bastions.delete(key)
    }
    const made = this.#connect(chain, forget)
    made.catch(() => setTimeout(forget, FAILED_FOR).unref())
    this.#bastions.set(key, made)
    return made
  }

  /** @param forget lets the next host make a new connection */
  async #connect(chain: readonly ConnectionSettings[], forget: () => void): Promise<Bastion> {
    const settings = chain.at(-1) as ConnectionSettings
    const before = chain.slice(0, -1)
    const { privateKeys, ask, known, keepalive, firstWait } = this.#options
    const label = `bastion ${settings.name} (${settings.host}:${settings.port})`
    const { client, road, silence } = await logIn(
      { ...settings, name: `bastion ${settings.name}` },
      {
        privateKeys,
        ask,
        knownHosts: await known(settings.knownHostsFiles),
        signal: this.#closing.signal,
        keepalive,
        firstWait,
        road: before.length === 0 ? undefined : (signal) => this.road(before, settings, signal),
      },
    )
    this.handshakes += 1
    const bastion: Bastion = {
      label,
      client,
      starting: pLimit(STARTING),
      users: 0,
      lost: undefined,
      timer: undefined,
      close() {
        bastion.lost ??= `${label} was left`
        client.end()
        road.stream.destroy()
      },
    }
    let reason: string | undefined
    const lose = () => {
      forget()
      if (bastion.lost !== undefined) return
      const why = road.blame?.() ?? reason ?? 'it closed the connection'
      bastion.lost = `${label} was lost: ${why}`
      this.#options.notice?.(`${bastion.lost}; ${bastion.users} hosts were reached through it`)
    }
    client.on('error', (error: Error & { level?: string }) => {
      reason ??=
        error.level === 'client-timeout' ? `no answer for ${silence} s` : displayText(error.message, 300)
    })
    // Before ssh2 ends the channels, so that what ends with them knows why.
    road.stream.prependListener('close', lose)
    client.once('close', lose)
    return bastion
  }

  #use(bastion: Bastion, more: 1 | -1): void {
    bastion.users += more
    clearTimeout(bastion.timer)
    if (bastion.users === 0 && bastion.lost === undefined) {
      bastion.timer = setTimeout(() => bastion.close(), LINGER)
    }
  }
}

/** Opens a channel from the bastion to the host, bounded in time. */
function forward(
  bastion: Bastion,
  { name, host, port, connectTimeout }: ConnectionSettings,
  signal: AbortSignal | undefined,
): Promise<ClientChannel> {
  const place = `${name} (${host}:${port})`
  const expired = () =>
    new ConnectionError(
      'timeout',
      `${place}: no answer through ${bastion.label} within ${connectTimeout} s`,
      { hint: 'check the network behind the bastion and that the host is up' },
    )
  return answerWithin<ClientChannel>({ name, seconds: connectTimeout, signal, expired }, (pending) => {
    try {
      bastion.client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (!pending.waiting) channel?.destroy()
        else if (!error) pending.resolve(channel)
        else pending.reject(bastion.lost === undefined ? refusal(bastion, place, error) : lost(bastion.lost))
      })
    } catch (error) {
      pending.reject(lost(bastion.lost ?? `${bastion.label} was lost: ${(error as Error).message}`))
    }
  })
}

function lost(text: string): ConnectionError {
  return new ConnectionError('lost', text, { hint: 'look at the bastion and at the network to it' })
}

const WHY: readonly (readonly [pattern: RegExp, cause: ConnectionCause, hint: string])[] = [
  [/refused/i, 'refused', 'check ansible_port, and that sshd runs on the host'],
  [/timed out/i, 'timeout', 'check the network behind the bastion and that the host is up'],
  [
    /not known|resolve|resolution|no address/i,
    'resolve',
    'check ansible_host: the bastion looks the name up',
  ],
  [/route|unreachable/i, 'refused', 'check the network behind the bastion'],
]

function refusal(bastion: Bastion, place: string, error: Error & { reason?: number | string }): Error {
  const said = displayText(error.message.replace(/^\(SSH\) Channel open failure: /, ''), 300)
  if (error.reason === SHORTAGE) return new Dropped(`${bastion.label}: ${said}`)
  if (error.reason === PROHIBITED) {
    return new ConnectionError('refused', `${place}: ${bastion.label} does not forward there: ${said}`, {
      hint: 'look at AllowTcpForwarding and PermitOpen in its sshd_config',
    })
  }
  const [, cause, hint] =
    WHY.find(([pattern]) => pattern.test(said)) ?? ([undefined, 'refused', 'look at its log'] as const)
  return new ConnectionError(cause, `${place}: not reached from ${bastion.label}: ${said}`, { hint })
}

/** A channel has no counters of its own. */
function counted(channel: ClientChannel): { sent: number; received: number } {
  const traffic = { sent: 0, received: 0 }
  const push = channel.push.bind(channel)
  const write = channel.write.bind(channel) as (...all: unknown[]) => boolean
  channel.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    traffic.received += chunk?.length ?? 0
    return push(chunk, encoding)
  }
  channel.write = ((chunk: Buffer, ...rest: unknown[]) => {
    traffic.sent += chunk.length
    return write(chunk, ...rest)
  }) as typeof channel.write
  return traffic
}
