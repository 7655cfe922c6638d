import { TransportChoice } from './choose-transport.ts'
import { connect, over } from './connect.ts'
import { type Connection, ConnectionError, type ConnectionSettings } from './connection.ts'
import type { AskPerson } from './keys/dialogue.ts'
import { type AskPassphrase, PrivateKeys } from './keys/private-keys.ts'
import { KnownHosts } from './known-hosts/known-hosts.ts'
import type { Answerer } from './openssh/askpass.ts'
import { OpensshTransport } from './openssh/openssh-transport.ts'
import { Bastions } from './ssh/bastions.ts'
import { withTries } from './ssh/log-in.ts'

export interface ConnectorOptions {
  /** Told what concerns many hosts, once: a bastion that was lost, a transport that was chosen. */
  readonly notice?: (text: string) => void
  /** Folder whose `.ssh` holds the keys to try when none is named. */
  readonly home?: string
  /** Asks a person what hosts ask: one-time codes. One at a time, whatever the number of hosts. */
  readonly askPerson?: AskPerson | undefined
}

/**
 * Opens the connections of one run. Private keys and known_hosts files are read once whatever the number of hosts, a
 * host key that one connection accepts is known to the next, and the hosts behind a bastion share one connection to it.
 */
export class Connector {
  readonly bastions: Bastions
  readonly #privateKeys: PrivateKeys
  readonly #ask: AskPerson | undefined
  readonly #answerer: Answerer
  readonly #choice = new TransportChoice()
  readonly #notice: ConnectorOptions['notice']
  readonly #told = new Set<string>()
  readonly #knownHosts = new Map<string, Promise<KnownHosts>>()

  constructor(ask?: AskPassphrase, { notice, home, askPerson }: ConnectorOptions = {}) {
    this.#ask = askPerson === undefined ? undefined : oneByOne(askPerson)
    this.#notice = notice
    this.#answerer = { person: this.#ask, passphrase: ask && onceEach(ask) }
    this.#privateKeys = new PrivateKeys(ask, home)
    this.bastions = new Bastions({
      privateKeys: this.#privateKeys,
      known: (files) => this.#known(files),
      notice,
      ask: this.#ask,
    })
  }

  /** @throws ConnectionError */
  async connect(settings: ConnectionSettings, signal?: AbortSignal): Promise<Connection> {
    if (settings.kind === 'local') return connect(settings)
    const knownHosts = await this.#known(settings.knownHostsFiles)
    const why = await this.#choice.needsOpenssh(settings, knownHosts)
    if (why !== undefined) return this.#byOpenssh(settings, why, signal)
    try {
      return await connect(settings, {
        privateKeys: this.#privateKeys,
        ask: this.#ask,
        knownHosts,
        bastions: this.bastions,
        ...(signal === undefined ? {} : { signal }),
      })
    } catch (error) {
      // What the host wants may be newer than the library: keys agreed on against quantum computers.
      const algorithms =
        error instanceof ConnectionError && error.reason === 'handshake' && /no matching/.test(error.message)
      if (!algorithms || settings.transport === 'library') throw error
      return this.#byOpenssh(settings, 'the algorithms that the host asks for', signal).catch(() => {
        throw error
      })
    }
  }

  async #byOpenssh(settings: ConnectionSettings, why: string, signal?: AbortSignal): Promise<Connection> {
    if (settings.transport !== 'openssh' && !this.#told.has(why)) {
      this.#told.add(why)
      this.#notice?.(`hosts are reached with the system's ssh, because of ${why}`)
    }
    const open = () => OpensshTransport.open(settings, signal, this.#answerer)
    return over(await withTries(settings, { signal }, open), settings)
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

/** A passphrase is asked for once, whatever the number of hosts. */
function onceEach(ask: AskPassphrase): AskPassphrase {
  const known = new Map<string, ReturnType<AskPassphrase>>()
  return (file) => {
    const answer = known.get(file) ?? ask(file)
    known.set(file, answer)
    return answer
  }
}

/** A person reads one question at a time. */
function oneByOne(ask: AskPerson): AskPerson {
  let last: Promise<unknown> = Promise.resolve()
  return (question) => {
    const answer = last.then(() => ask(question))
    last = answer.catch(() => undefined)
    return answer
  }
}
