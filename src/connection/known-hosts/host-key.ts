import { createHash } from 'node:crypto'
import { quote } from '../../shell/quote.ts'
import { ConnectionError, type ConnectionSettings } from '../connection.ts'
import { KEY_ALGORITHMS } from '../ssh-config/algorithms.ts'
import { hostName, type KnownHosts, keyType } from './known-hosts.ts'

type HostKeyAlgorithm = (typeof KEY_ALGORITHMS)[number] | 'ssh-rsa'

/** `SHA256:...`, as ssh and ssh-keygen print it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/**
 * The host key of one connection: which types to ask for, whether the key presented will do, and if not, why. ssh2 asks
 * again at every rekey, and would take any key without this.
 */
export class HostKeyCheck {
  /** Why the key was refused. */
  refusal: ConnectionError | undefined
  /** The key is not the known one and was let through since checking is off: no password may go there. */
  suspicious = false
  readonly #settings: ConnectionSettings
  readonly #known: KnownHosts
  #accepted: Buffer | undefined

  constructor(settings: ConnectionSettings, known: KnownHosts) {
    this.#settings = settings
    this.#known = known
  }

  /** Types that are known come first: else the host may present another one, which looks like a changed key. */
  algorithms(): HostKeyAlgorithm[] {
    const { algorithms } = this.#settings
    const offered = (algorithms?.hostKey ?? KEY_ALGORITHMS) as readonly HostKeyAlgorithm[]
    const known = this.#known.typesOf(...this.#knownAs())
    const isKnown = (name: string) =>
      known.includes(name) || (name.startsWith('rsa-') && known.includes('ssh-rsa'))
    return [...offered.filter(isKnown), ...offered.filter((name) => !isKnown(name))]
  }

  /** The key was let through before, earlier in this connection. */
  isAccepted(key: Buffer): boolean {
    return this.#accepted?.equals(key) ?? false
  }

  async verify(key: Buffer): Promise<boolean> {
    this.refusal = await this.#refuse(key)
    if (this.refusal !== undefined) return false
    this.#accepted = key
    return true
  }

  /** A name of its own (HostKeyAlias) is known without a port. */
  #knownAs(): [host: string, port: number] {
    const { host, port, hostKeyAlias } = this.#settings
    return hostKeyAlias === undefined ? [host, port] : [hostKeyAlias, 22]
  }

  async #refuse(key: Buffer): Promise<ConnectionError | undefined> {
    const { hostKeys, knownHostsFiles } = this.#settings
    const [host, port] = this.#knownAs()
    const verdict = this.#known.check(host, port, key)
    if (verdict.kind === 'trusted') return undefined
    if (verdict.kind === 'revoked') {
      const { file, line } = verdict.by
      return this.#error('host-key-revoked', key, `is revoked by ${file}:${line}`, 'give the host a new key')
    }
    if (hostKeys === 'no') {
      this.suspicious = verdict.kind === 'changed'
      return undefined
    }
    const file = knownHostsFiles[0] ?? '~/.ssh/known_hosts'
    if (verdict.kind === 'changed') {
      const places = verdict.known.map(({ file, line, type }) => `${file}:${line} (${type})`).join(', ')
      const forget = `ssh-keygen -R ${quote(hostName(host, port))} -f ${quote(verdict.known[0]?.file ?? file)}`
      return this.#error(
        'host-key-changed',
        key,
        `is not the one it is known by: ${places}`,
        `someone may be in between; if the host was reinstalled, run \`${forget}\` and add its new key`,
      )
    }
    if (hostKeys === 'accept-new') return this.#acceptNew(key, file)
    const { host: address, port: at } = this.#settings
    const scan = `ssh-keyscan -p ${at} ${quote(address)} >> ${quote(file)}`
    const fingerprints = 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub'
    return this.#error(
      'host-key-unknown',
      key,
      `is in none of ${knownHostsFiles.join(', ')}${this.#authority()}`,
      `compare the fingerprint with the host's own (\`${fingerprints}\` there), then run \`${scan}\`, or give --accept-new-host-keys`,
    )
  }

  async #acceptNew(key: Buffer, file: string): Promise<ConnectionError | undefined> {
    try {
      await this.#known.accept(...this.#knownAs(), key, file)
      return undefined
    } catch (error) {
      const why = `is new and cannot be written into ${file}: ${(error as Error).message}`
      return this.#error('host-key-unknown', key, why, 'make the file writable, or add the key by hand')
    }
  }

  /** Someone who relies on a certificate authority should not have to guess why a host is unknown. */
  #authority(): string {
    const by = this.#known.authorityOf(...this.#knownAs())
    return by === undefined
      ? ''
      : ` (${by.file}:${by.line} trusts its certificate: that takes connection: openssh)`
  }

  #error(
    cause: 'host-key-unknown' | 'host-key-changed' | 'host-key-revoked',
    key: Buffer,
    what: string,
    hint: string,
  ): ConnectionError {
    const { name } = this.#settings
    return new ConnectionError(cause, `${name}: its host key ${fingerprint(key)} (${keyType(key)}) ${what}`, {
      hint,
    })
  }
}
