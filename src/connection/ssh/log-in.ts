import type { Socket } from 'node:net'
import type { Client } from 'ssh2'
import { displayText } from '../../values/text/visible.ts'
import { type BackOff, backOff } from '../back-off.ts'
import { ConnectionError, type ConnectionSettings, type Keepalive } from '../connection.ts'
import { Dropped } from '../dropped.ts'
import { Authentication } from '../keys/authenticate.ts'
import { collectCredentials } from '../keys/credentials.ts'
import type { AskPerson } from '../keys/dialogue.ts'
import type { PrivateKeys } from '../keys/private-keys.ts'
import { HostKeyCheck } from '../known-hosts/host-key.ts'
import type { KnownHosts } from '../known-hosts/known-hosts.ts'
import { handshake } from './handshake.ts'
import { openSocket } from './open-socket.ts'
import { openProxyCommand } from './proxy-command.ts'
import type { Road } from './road.ts'

/** A host that falls silent is given up after 45 s; firewalls that forget idle connections wait longer than 15. */
const KEEPALIVE: Keepalive = { interval: 15, count: 3 }

/** Tries when the host drops the connection before the handshake, and the first wait between two, in seconds. */
const TRIES = 6
const FIRST_WAIT = 0.25
const LONGEST_WAIT = 4

/** What the connections of one run share, and what tests set. */
export interface LogInOptions {
  readonly signal?: AbortSignal | undefined
  readonly privateKeys: PrivateKeys
  /** Asks a person what a host asks. */
  readonly ask?: AskPerson | undefined
  readonly knownHosts: KnownHosts
  readonly keepalive?: Keepalive | undefined
  /** Seconds before the second try of a handshake that the host dropped; doubled for each further one. */
  readonly firstWait?: number | undefined
  /** The way through other hosts. Default: a socket, or the ProxyCommand. */
  readonly road?: ((signal: AbortSignal | undefined) => Promise<Road>) | undefined
}

/** A client that is in, and the way that it took. */
export interface LoggedIn {
  readonly client: Client
  readonly road: Road
  /** Seconds without an answer after which the host counts as gone. */
  readonly silence: number
}

/**
 * Connects to a host and logs in. What the host drops before it has said who it is, as sshd does at random when too many
 * knock at once (MaxStartups), is tried again.
 *
 * @throws ConnectionError with the cause and what to do next
 */
export async function logIn(settings: ConnectionSettings, options: LogInOptions): Promise<LoggedIn> {
  const credentials = await collectCredentials(settings, options.privateKeys, options.ask)
  const keepalive = options.keepalive ?? settings.keepalive ?? KEEPALIVE
  const { attempts = 1 } = settings
  for (let attempt = 1; ; attempt += 1) {
    let road: Road | undefined
    try {
      const hostKey = new HostKeyCheck(settings, options.knownHosts)
      const authentication = new Authentication(settings, credentials, () => !hostKey.suspicious)
      road = await (options.road ?? standardRoad(settings))(options.signal)
      const client = await handshake(
        road.stream,
        settings,
        hostKey,
        authentication,
        keepalive,
        options.signal,
      )
      return { client, road, silence: keepalive.interval * (keepalive.count + 1) }
    } catch (error) {
      const blamed = road?.blame?.()
      if (blamed !== undefined && !options.signal?.aborted) throw new ConnectionError('lost', blamed)
      if (error instanceof Dropped) {
        if (attempt >= Math.max(TRIES, attempts)) throw await givenUp(settings, error, attempt, road)
      } else if (!mayPass(error) || attempt >= attempts) throw await explained(error, road)
    } finally {
      road?.started?.()
    }
    await backOff(settings.name, backOffOf(attempt, options), options.signal)
  }
}

function standardRoad(settings: ConnectionSettings): (signal: AbortSignal | undefined) => Promise<Road> {
  return async (signal) => {
    if (settings.proxyCommand !== undefined) return openProxyCommand(settings.proxyCommand)
    const socket: Socket = await openSocket(settings, signal)
    return { stream: socket, traffic: () => ({ sent: socket.bytesWritten, received: socket.bytesRead }) }
  }
}

/** Worth another try where the configuration asks for several. */
function mayPass(error: unknown): boolean {
  return (
    error instanceof ConnectionError &&
    (error.reason === 'timeout' || error.reason === 'refused' || error.reason === 'resolve')
  )
}

/** What a ProxyCommand said before it gave up says more than that the stream ended. */
async function explained(error: unknown, road: Road | undefined): Promise<unknown> {
  const said = road?.said === undefined ? '' : displayText(await road.said(), 500).trim()
  if (said === '' || !(error instanceof ConnectionError)) return error
  return new ConnectionError(error.reason, `${error.message}: the ProxyCommand said: ${said}`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    started: error.started,
  })
}

/**
 * The same tries for a transport that logs in by itself.
 *
 * @throws ConnectionError
 */
export async function withTries<T>(
  settings: ConnectionSettings,
  options: Pick<LogInOptions, 'signal' | 'firstWait'>,
  open: () => Promise<T>,
): Promise<T> {
  const { attempts = 1 } = settings
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await open()
    } catch (error) {
      if (error instanceof Dropped) {
        if (attempt >= Math.max(TRIES, attempts)) throw await givenUp(settings, error, attempt, undefined)
      } else if (!mayPass(error) || attempt >= attempts) throw error
    }
    await backOff(settings.name, backOffOf(attempt, options), options.signal)
  }
}

function backOffOf(attempt: number, { firstWait = FIRST_WAIT }: Pick<LogInOptions, 'firstWait'>): BackOff {
  return { attempt, first: firstWait, longest: LONGEST_WAIT }
}

function givenUp(
  { name, host, port }: ConnectionSettings,
  error: Error,
  tries: number,
  road: Road | undefined,
): Promise<unknown> {
  const message = `${name} (${host}:${port}): dropped before the handshake, ${tries} times in a row: ${error.message}`
  const hint =
    'too many handshakes at once (MaxStartups in sshd_config): use fewer --forks; or no SSH server listens on that port'
  return explained(new ConnectionError('handshake', message, { hint }), road)
}
