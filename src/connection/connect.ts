import { setTimeout as wait } from 'node:timers/promises'
import { Authentication } from './authenticate.ts'
import { type Connection, ConnectionError, type ConnectionSettings, type Keepalive } from './connection.ts'
import { collectCredentials } from './credentials.ts'
import { Dropped } from './dropped.ts'
import { handshake } from './handshake.ts'
import { HostConnection, type HostConnectionOptions } from './host-connection.ts'
import { HostKeyCheck } from './host-key.ts'
import { KnownHosts } from './known-hosts.ts'
import { connectLocally } from './local.ts'
import { openSocket } from './open-socket.ts'
import { PrivateKeys } from './private-keys.ts'
import { SshTransport } from './ssh-transport.ts'

/** A host that falls silent is given up after 45 s; firewalls that forget idle connections wait longer than 15. */
const KEEPALIVE: Keepalive = { interval: 15, count: 3 }

/** Tries when the host drops the connection before the handshake, and the first wait between two, in seconds. */
const TRIES = 6
const FIRST_WAIT = 0.25
const LONGEST_WAIT = 4

/** What the connections of one run share, and what tests set. */
export interface ConnectOptions {
  readonly signal?: AbortSignal
  /** Read once a run, with the passphrases asked for once. */
  readonly privateKeys?: PrivateKeys
  /** Read once a run; else from the settings' files. */
  readonly knownHosts?: KnownHosts
  readonly keepalive?: Keepalive
  /** Seconds before the second try of a handshake that the host dropped; doubled for each further one. */
  readonly firstWait?: number
}

/**
 * Connects to a host and logs in; nothing runs there yet.
 *
 * @throws ConnectionError with the cause and what to do next
 */
export async function connect(
  settings: ConnectionSettings,
  options: ConnectOptions = {},
): Promise<Connection> {
  if (settings.kind === 'local') return connectLocally(settings.name, connectionOptions(settings))
  const known = options.knownHosts ?? (await KnownHosts.load(settings.knownHostsFiles))
  const credentials = await collectCredentials(settings, options.privateKeys ?? new PrivateKeys())
  for (let attempt = 1; ; attempt += 1) {
    try {
      const hostKey = new HostKeyCheck(settings, known)
      const authentication = new Authentication(settings, credentials, () => !hostKey.suspicious)
      const keepalive = options.keepalive ?? settings.keepalive ?? KEEPALIVE
      const socket = await openSocket(settings, options.signal)
      const client = await handshake(socket, settings, hostKey, authentication, keepalive, options.signal)
      const silence = keepalive.interval * (keepalive.count + 1)
      const traffic = () => ({ sent: socket.bytesWritten, received: socket.bytesRead })
      const transport = new SshTransport(settings.name, client, socket, silence, traffic)
      return new HostConnection(transport, connectionOptions(settings))
    } catch (error) {
      if (!(error instanceof Dropped)) throw error
      if (attempt === TRIES) throw givenUp(settings, error)
    }
    await pause(settings, attempt, options)
  }
}

function connectionOptions({ connectTimeout, deadlines, shell }: ConnectionSettings): HostConnectionOptions {
  return { startTimeout: connectTimeout, deadlines, shell }
}

/** Hosts that were dropped together must not knock together again: anything between half and the whole of the wait. */
async function pause(settings: ConnectionSettings, attempt: number, options: ConnectOptions): Promise<void> {
  const seconds = Math.min(LONGEST_WAIT, (options.firstWait ?? FIRST_WAIT) * 2 ** (attempt - 1))
  const jittered = seconds * 1000 * (0.5 + Math.random() / 2)
  try {
    await wait(jittered, undefined, options.signal === undefined ? {} : { signal: options.signal })
  } catch {
    throw new ConnectionError('cancelled', `${settings.name}: cancelled`)
  }
}

function givenUp({ name, host, port }: ConnectionSettings, error: Error): ConnectionError {
  const message = `${name} (${host}:${port}): dropped before the handshake, ${TRIES} times in a row: ${error.message}`
  return new ConnectionError('handshake', message, {
    hint: 'too many handshakes at once (MaxStartups in sshd_config): use fewer --forks; or no SSH server listens on that port',
  })
}
