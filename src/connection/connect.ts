import type { Connection, ConnectionSettings, Keepalive } from './connection.ts'
import { HostConnection, type HostConnectionOptions } from './host-connection.ts'
import type { Transport } from './host-process.ts'
import type { AskPerson } from './keys/dialogue.ts'
import { PrivateKeys } from './keys/private-keys.ts'
import { KnownHosts } from './known-hosts/known-hosts.ts'
import { connectLocally } from './local.ts'
import { Bastions } from './ssh/bastions.ts'
import { logIn } from './ssh/log-in.ts'
import { SshTransport } from './ssh/ssh-transport.ts'
import { WindowsConnection } from './windows/windows-connection.ts'

/** What the connections of one run share, and what tests set. */
export interface ConnectOptions {
  readonly signal?: AbortSignal
  /** Read once a run, with the passphrases asked for once. */
  readonly privateKeys?: PrivateKeys
  /** Asks a person what a host asks: one-time codes. */
  readonly ask?: AskPerson | undefined
  /** Read once a run; else from the settings' files. */
  readonly knownHosts?: KnownHosts
  /** The connections to jump hosts, shared by the hosts behind them. */
  readonly bastions?: Bastions
  readonly keepalive?: Keepalive
  /** Seconds before the second try of a handshake that the host dropped; doubled for each further one. */
  readonly firstWait?: number
}

/**
 * Connects to a host by muster's own transport and logs in; nothing runs there yet.
 *
 * @throws ConnectionError with the cause and what to do next
 */
export async function connect(
  settings: ConnectionSettings,
  options: ConnectOptions = {},
): Promise<Connection> {
  if (settings.kind === 'local') return connectLocally(settings.name, connectionOptions(settings))
  const privateKeys = options.privateKeys ?? new PrivateKeys()
  const bastions = options.bastions ?? new Bastions({ privateKeys, known: KnownHosts.load, ask: options.ask })
  const { jumps = [] } = settings
  const { client, road, silence } = await logIn(settings, {
    privateKeys,
    ask: options.ask,
    knownHosts: options.knownHosts ?? (await KnownHosts.load(settings.knownHostsFiles)),
    signal: options.signal,
    keepalive: options.keepalive,
    firstWait: options.firstWait,
    road: jumps.length === 0 ? undefined : (signal) => bastions.road(jumps, settings, signal),
  })
  const transport = new SshTransport(settings.name, client, road, silence)
  return over(transport, settings)
}

/** A connection in the language of the host, whose greeting says what it is unless the settings do. */
export function over(transport: Transport, settings: ConnectionSettings): Connection {
  const platform =
    settings.platform ?? (/^OpenSSH_for_Windows/i.test(transport.server ?? '') ? 'windows' : 'posix')
  const options = connectionOptions(settings)
  return platform === 'windows'
    ? new WindowsConnection(transport, options)
    : new HostConnection(transport, options)
}

/** What a connection over any transport takes from the settings. */
export function connectionOptions({
  connectTimeout,
  deadlines,
  shell,
}: ConnectionSettings): HostConnectionOptions {
  return { startTimeout: connectTimeout, deadlines, shell }
}
