import { connect } from './connect.ts'
import type { Connection, ConnectionSettings } from './connection.ts'
import { KnownHosts } from './known-hosts.ts'
import { type AskPassphrase, PrivateKeys } from './private-keys.ts'

/**
 * Opens the connections of one run. Private keys and known_hosts files are read once whatever the number of hosts, and
 * a host key that one connection accepts is known to the next.
 */
export class Connector {
  readonly #privateKeys: PrivateKeys
  readonly #knownHosts = new Map<string, Promise<KnownHosts>>()

  constructor(ask?: AskPassphrase) {
    this.#privateKeys = new PrivateKeys(ask)
  }

  /** @throws ConnectionError */
  async connect(settings: ConnectionSettings, signal?: AbortSignal): Promise<Connection> {
    if (settings.kind === 'local') return connect(settings)
    return connect(settings, {
      privateKeys: this.#privateKeys,
      knownHosts: await this.#known(settings.knownHostsFiles),
      ...(signal === undefined ? {} : { signal }),
    })
  }

  #known(files: readonly string[]): Promise<KnownHosts> {
    const key = JSON.stringify(files)
    const known = this.#knownHosts.get(key) ?? KnownHosts.load(files)
    this.#knownHosts.set(key, known)
    return known
  }
}
