import { Bastions } from './bastions.ts'
import { connect } from './connect.ts'
import type { Connection, ConnectionSettings } from './connection.ts'
import { KnownHosts } from './known-hosts.ts'
import { type AskPassphrase, PrivateKeys } from './private-keys.ts'

export interface ConnectorOptions {
  /** Told what concerns many hosts, once: a bastion that was lost, a transport that was chosen. */
  readonly notice?: (text: string) => void
  /** Folder whose `.ssh` holds the keys to try when none is named. */
  readonly home?: string
}

/**
 * Opens the connections of one run. Private keys and known_hosts files are read once whatever the number of hosts, a
 * host key that one connection accepts is known to the next, and the hosts behind a bastion share one connection to it.
 */
export class Connector {
  readonly bastions: Bastions
  readonly #privateKeys: PrivateKeys
  readonly #knownHosts = new Map<string, Promise<KnownHosts>>()

  constructor(ask?: AskPassphrase, { notice, home }: ConnectorOptions = {}) {
    this.#privateKeys = new PrivateKeys(ask, home)
    this.bastions = new Bastions({
      privateKeys: this.#privateKeys,
      known: (files) => this.#known(files),
      notice,
    })
  }

  /** @throws ConnectionError */
  async connect(settings: ConnectionSettings, signal?: AbortSignal): Promise<Connection> {
    if (settings.kind === 'local') return connect(settings)
    return connect(settings, {
      privateKeys: this.#privateKeys,
      knownHosts: await this.#known(settings.knownHostsFiles),
      bastions: this.bastions,
      ...(signal === undefined ? {} : { signal }),
    })
  }

  /** Ends what the connections shared; without it bastions end a second after the last connection through them. */
  close(): Promise<void> {
    return this.bastions.close()
  }

  #known(files: readonly string[]): Promise<KnownHosts> {
    const key = JSON.stringify(files)
    const known = this.#knownHosts.get(key) ?? KnownHosts.load(files)
    this.#knownHosts.set(key, known)
    return known
  }
}
