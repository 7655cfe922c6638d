import { readFile } from 'node:fs/promises'
import { ConnectionError } from '../connection.ts'
import { appendLine } from './append-line.ts'
import { type HostLine, type IgnoredLine, matchesHost, readLine } from './known-hosts-line.ts'

/*
 * Written by hand: no npm package that reads known_hosts has users to speak of, and those there are leave out what
 * matters here: hashed names, markers, negation. OpenSSH's sshd(8), SSH_KNOWN_HOSTS FILE FORMAT, is the specification.
 */

/** What the files say of a key that a host presented. */
export type Verdict =
  | { readonly kind: 'trusted' }
  /** No line names the host with its port. */
  | { readonly kind: 'unknown' }
  /** The host is known with other keys. */
  | { readonly kind: 'changed'; readonly known: readonly HostLine[] }
  | { readonly kind: 'revoked'; readonly by: HostLine }

/** The host keys that a user trusts, from files in OpenSSH's format. Read once a run and shared by its connections. */
export class KnownHosts {
  /** Lines that cannot be honoured, each with its reason. */
  readonly ignored: readonly IgnoredLine[]
  readonly #lines: HostLine[]
  readonly #authorities: HostLine[]
  #appending: Promise<unknown> = Promise.resolve()

  private constructor(lines: HostLine[], ignored: readonly IgnoredLine[]) {
    this.#lines = lines.filter(({ authority }) => !authority)
    this.#authorities = lines.filter(({ authority }) => authority)
    this.ignored = ignored
  }

  /** Reads the files that there are. @throws ConnectionError for one that cannot be read */
  static async load(files: readonly string[]): Promise<KnownHosts> {
    const lines: HostLine[] = []
    const ignored: IgnoredLine[] = []
    for (const file of new Set(files)) {
      const text = await readIfThere(file)
      text.split('\n').forEach((line, index) => {
        const read = readLine(line, { file, line: index + 1 })
        if (read === undefined) return
        if ('reason' in read) ignored.push(read)
        else lines.push(read)
      })
    }
    return new KnownHosts(lines, ignored)
  }

  /** The types of the keys that the host is known with; `ssh-ed25519` and the like, best known first. */
  typesOf(host: string, port: number): string[] {
    return [...new Set(this.#trusted(host, port).map((line) => line.type))]
  }

  /** The line by which a host is trusted for its certificate; muster's own transport cannot check those. */
  authorityOf(host: string, port: number): HostLine | undefined {
    const names = [hostName(host, port), hostName(host, 22)]
    return this.#authorities.find((line) => names.some((name) => matchesHost(line, name)))
  }

  /** @param key the blob that the host presented */
  check(host: string, port: number, key: Buffer): Verdict {
    // OpenSSH too asks for the name without the port when the name with it is not found: such a line can make a host
    // trusted, but its absence or another key there says nothing of what listens on another port.
    const plain = this.#matching(hostName(host, 22))
    const own = this.#matching(hostName(host, port))
    const by = [...own, ...plain].find((line) => line.revoked && line.key.equals(key))
    if (by !== undefined) return { kind: 'revoked', by }
    const known = own.filter((line) => !line.revoked)
    if ((known.length === 0 ? plain : known).some((line) => line.key.equals(key))) return { kind: 'trusted' }
    return known.length === 0 ? { kind: 'unknown' } : { kind: 'changed', known }
  }

  /** Writes a new host's key into the file (mode 0600, made when missing) and trusts it from now on. */
  accept(host: string, port: number, key: Buffer, file: string): Promise<void> {
    const turn = this.#appending.then(async () => {
      if (this.check(host, port, key).kind === 'trusted') return
      const text = `${hostName(host, port)} ${keyType(key)} ${key.toString('base64')}`
      await appendLine(file, text)
      this.#lines.push(readLine(text, { file, line: 0 }) as HostLine)
    })
    this.#appending = turn.catch(() => {})
    return turn
  }

  #trusted(host: string, port: number): HostLine[] {
    const own = this.#matching(hostName(host, port)).filter((line) => !line.revoked)
    return own.length > 0 ? own : this.#matching(hostName(host, 22)).filter((line) => !line.revoked)
  }

  #matching(name: string): HostLine[] {
    return this.#lines.filter((line) => matchesHost(line, name))
  }
}

/** The name under which known_hosts holds a host: `[host]:port` unless the port is 22. */
export function hostName(host: string, port: number): string {
  const lower = host.toLowerCase()
  return port === 22 ? lower : `[${lower}]:${port}`
}

/** The type that a key's blob states of itself: a length and a name. Empty for what is no key. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return ''
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw new ConnectionError('host-key-unknown', `known hosts cannot be read: ${(error as Error).message}`, {
      hint: `check the permissions of ${file}`,
    })
  }
}
