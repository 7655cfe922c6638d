import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ArtifactError } from '../artifact-error.ts'

/**
 * gpg in a home of its own (mode 0700) that knows nobody's keys: what a user trusts elsewhere must not count here, and
 * what is imported here must not count there.
 */
export class Gpg {
  readonly home: string
  readonly #signal: AbortSignal

  private constructor(home: string, signal: AbortSignal) {
    this.home = home
    this.#signal = signal
  }

  /** Runs `use` with a fresh home, which is removed however it ends. */
  static async with<T>(signal: AbortSignal, use: (gpg: Gpg) => Promise<T>): Promise<T> {
    // mkdtemp makes the folder with mode 0700.
    const home = await mkdtemp(join(tmpdir(), 'muster-gpg-'))
    try {
      return await use(new Gpg(home, signal))
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  }

  /** Imports a key's text. Gives the fingerprints of the primary keys in it: none when it is no key. */
  async import(key: Buffer): Promise<string[]> {
    const file = join(this.home, 'key')
    await writeFile(file, key, { mode: 0o600 })
    const status = await this.#run(['--import', file])
    return [...status.matchAll(/^\[GNUPG:\] IMPORT_OK \d+ ([0-9A-F]+)$/gm)].map(([, found]) => found ?? '')
  }

  /** The status lines about a detached signature of a file. */
  async verify(signature: Buffer, file: string): Promise<string> {
    const path = join(this.home, 'signature')
    await writeFile(path, signature, { mode: 0o600 })
    return this.#run(['--verify', path, file])
  }

  /** The exit status is not looked at: it is 0 for an expired key, and the status lines say all. */
  #run(words: readonly string[]): Promise<string> {
    const common = [
      '--homedir',
      this.home,
      '--batch',
      '--no-tty',
      '--status-fd',
      '1',
      '--trust-model',
      'always',
    ]
    return new Promise((resolve, reject) => {
      execFile(
        'gpg',
        [...common, '--no-auto-key-retrieve', ...words],
        { signal: this.#signal, encoding: 'utf8', maxBuffer: 1024 * 1024 },
        (error, stdout) => {
          if (error === null || typeof error.code === 'number') resolve(stdout)
          else if (error.code === 'ENOENT')
            reject(
              new ArtifactError(
                'gpg is not installed here, and a signature must be checked',
                'install it (apt-get install gnupg, dnf install gnupg2), or write the sha256 into artifacts.yaml yourself',
              ),
            )
          else reject(error)
        },
      )
    })
  }
}
