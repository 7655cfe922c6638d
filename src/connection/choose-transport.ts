import { readFile } from 'node:fs/promises'
import type { ConnectionSettings } from './connection.ts'
import type { KnownHosts } from './known-hosts/known-hosts.ts'

/**
 * Why a host takes the system's `ssh`; undefined where muster's own transport will do. Files are looked at once a run.
 */
export class TransportChoice {
  readonly #keys = new Map<string, Promise<string | undefined>>()

  async needsOpenssh(settings: ConnectionSettings, known: KnownHosts): Promise<string | undefined> {
    if (settings.transport === 'library') return undefined
    if (settings.transport === 'openssh') return 'connection is openssh'
    const [needed] = settings.needsOpenssh ?? []
    if (needed !== undefined) return needed
    const { host, port, hostKeyAlias, privateKeyFile, identityFiles = [] } = settings
    const name: [string, number] = hostKeyAlias === undefined ? [host, port] : [hostKeyAlias, 22]
    const authority = known.authorityOf(...name)
    if (authority !== undefined && known.typesOf(...name).length === 0 && settings.hostKeys !== 'no')
      return `@cert-authority in ${authority.file}:${authority.line}`
    for (const file of [...(privateKeyFile === undefined ? [] : [privateKeyFile]), ...identityFiles]) {
      const why = await this.#ofKey(file)
      if (why !== undefined) return why
    }
    return undefined
  }

  #ofKey(file: string): Promise<string | undefined> {
    const known = this.#keys.get(file) ?? ofKey(file)
    this.#keys.set(file, known)
    return known
  }
}

/** A certificate beside a key, which ssh uses unasked, and a key on hardware. */
async function ofKey(file: string): Promise<string | undefined> {
  const text = (name: string) => readFile(name, 'latin1').catch(() => '')
  if ((await text(`${file}-cert.pub`)) !== '') return `the certificate ${file}-cert.pub`
  return /^sk-/.test(await text(`${file}.pub`)) ? `the key ${file} on hardware` : undefined
}
