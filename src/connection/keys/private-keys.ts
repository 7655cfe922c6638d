import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ParsedKey } from 'ssh2'
import ssh2 from 'ssh2'
import { quote } from '../../shell/quote.ts'
import type { Secret } from '../../values/secret.ts'
import { ConnectionError } from '../connection.ts'

/** Asks a person for the passphrase of a key; undefined when there is nobody to ask. */
export type AskPassphrase = (file: string) => Promise<Secret | undefined>

/** Where ssh looks when no key is named. */
const DEFAULTS = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/**
 * The private keys of a run. Each file is read once whatever the number of hosts, since opening an encrypted key takes
 * most of a second, and a person is asked at most once a file.
 */
export class PrivateKeys {
  readonly #ask: AskPassphrase | undefined
  readonly #home: string
  readonly #keys = new Map<
    string,
    { readonly passphrase: string | undefined; readonly key: Promise<ParsedKey> }
  >()

  readonly #public = new Map<string, Promise<Buffer | undefined>>()

  /** @param home folder whose `.ssh` holds the keys to try when none is named */
  constructor(ask?: AskPassphrase, home = homedir()) {
    this.#ask = ask
    this.#home = home
  }

  /**
   * @param quiet asks nobody for a passphrase
   * @throws ConnectionError `private-key`: missing, unreadable, readable by others, no key, no or wrong passphrase
   */
  load(file: string, passphrase?: Secret, quiet = false): Promise<ParsedKey> {
    const text = passphrase?.revealText()
    const cached = this.#keys.get(file)
    if (cached !== undefined && cached.passphrase === text) return cached.key
    const key = this.#open(file, passphrase, quiet)
    // Callers see the rejection; a key that nobody waits for any more must not end the process.
    key.catch(() => {})
    this.#keys.set(file, { passphrase: text, key })
    return key
  }

  /** The public key of a file, from the file beside it or itself, so that an agent's key is known by its name. */
  publicPart(file: string): Promise<Buffer | undefined> {
    const known = this.#public.get(file) ?? readPublic(file)
    this.#public.set(file, known)
    return known
  }

  /** The keys in their usual places that can be used without asking. */
  async usual(): Promise<{ readonly file: string; readonly key: ParsedKey }[]> {
    const found = await Promise.all(
      DEFAULTS.map(async (name) => {
        const file = join(this.#home, '.ssh', name)
        const key = await this.#cachedUsual(file)
        return key === undefined ? [] : [{ file, key }]
      }),
    )
    return found.flat()
  }

  async #cachedUsual(file: string): Promise<ParsedKey | undefined> {
    try {
      const entry = this.#keys.get(file) ?? {
        passphrase: undefined,
        key: read(file).then((data) => parse(file, data)),
      }
      entry.key.catch(() => {})
      this.#keys.set(file, entry)
      return await entry.key
    } catch {
      // Missing, or in need of a passphrase: ssh passes it over too when others work.
      return undefined
    }
  }

  async #open(file: string, passphrase: Secret | undefined, quiet: boolean): Promise<ParsedKey> {
    const data = await read(file)
    if (passphrase !== undefined || !isEncrypted(data)) return parse(file, data, passphrase)
    const asked = quiet ? undefined : await this.#ask?.(file)
    if (asked !== undefined) return parse(file, data, asked)
    throw new ConnectionError('private-key', `the private key ${file} needs a passphrase`, {
      hint: `add the key to an agent (ssh-add ${quote(file)}), or set ansible_ssh_private_key_passphrase`,
    })
  }
}

async function readPublic(file: string): Promise<Buffer | undefined> {
  for (const name of [`${file}.pub`, file]) {
    const text = await readFile(name).catch(() => undefined)
    const parsed = text === undefined ? undefined : ssh2.utils.parseKey(text)
    const key = Array.isArray(parsed) ? (parsed as ParsedKey[])[0] : parsed
    if (key !== undefined && !(key instanceof Error)) return key.getPublicSSH()
  }
  return undefined
}

async function read(file: string): Promise<Buffer> {
  try {
    const { mode, uid } = await stat(file)
    if (uid === process.getuid?.() && (mode & 0o077) !== 0) {
      throw new ConnectionError('private-key', `the private key ${file} can be read by others`, {
        hint: `chmod 600 ${quote(file)}`,
      })
    }
    return await readFile(file)
  } catch (error) {
    if (error instanceof ConnectionError) throw error
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const why = missing ? 'does not exist' : `cannot be read: ${(error as Error).message}`
    throw new ConnectionError('private-key', `the private key ${file} ${why}`, {
      hint: 'check ansible_ssh_private_key_file or --private-key',
    })
  }
}

function isEncrypted(data: Buffer): boolean {
  const parsed = ssh2.utils.parseKey(data)
  return parsed instanceof Error && /passphrase/i.test(parsed.message)
}

function parse(file: string, data: Buffer, passphrase?: Secret): ParsedKey {
  const parsed = ssh2.utils.parseKey(data, passphrase?.revealText())
  // An OpenSSH file could hold several keys; ssh2 then gives a list, which its types do not say.
  const key = Array.isArray(parsed) ? (parsed as ParsedKey[])[0] : parsed
  if (key instanceof Error || key === undefined) {
    const wrong = passphrase !== undefined
    throw new ConnectionError(
      'private-key',
      wrong ? `wrong passphrase for the private key ${file}` : `${file} is no private key that can be used`,
      {
        hint: wrong
          ? 'check ansible_ssh_private_key_passphrase'
          : `${key?.message ?? 'it is empty'}; try \`ssh-keygen -yf ${quote(file)}\``,
      },
    )
  }
  if (!key.isPrivateKey()) {
    throw new ConnectionError('private-key', `${file} is a public key`, {
      hint: 'name the file without .pub',
    })
  }
  return key
}
