import { spawnSync } from 'node:child_process'
import { extname } from 'node:path'
import { InputError } from '../values/problem.ts'
import { visible } from '../values/text/visible.ts'

/** Seconds: a key service far away answers in a few. */
const TIMEOUT = 60
const MOST_OUTPUT = 64 * 1024 * 1024

/** Endings that are the names of their types; what has another one is YAML, as files of variables are. */
const OWN_TYPES = new Set(['.json', '.ini'])

/** How every value encrypted by SOPS begins. */
const CIPHERTEXT = 'ENC[AES256_GCM,'

/** Whether text is a value encrypted by SOPS. */
export function isSopsValue(text: string): boolean {
  return text.startsWith(CIPHERTEXT)
}

/** Whether a file is encrypted by SOPS as a whole: it says so in a part of its own. */
export function isSopsFile(text: string): boolean {
  return text.includes(CIPHERTEXT) && /^(?:sops:|\s*"sops"\s*:|sops_version=|\[sops\])/m.test(text)
}

/**
 * The plaintext of a file encrypted by SOPS, by the program `sops`, which finds the keys (age, KMS, PGP) itself.
 * @throws InputError when the program is not here or cannot open the file
 */
export function openSopsFile(path: string): string {
  const ending = extname(path)
  const type = OWN_TYPES.has(ending) ? ending.slice(1) : ending === '.env' ? 'dotenv' : 'yaml'
  const done = spawnSync('sops', ['--decrypt', '--input-type', type, '--output-type', type, path], {
    encoding: 'utf8',
    timeout: TIMEOUT * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: MOST_OUTPUT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const position = { file: path }
  const code = (done.error as NodeJS.ErrnoException | undefined)?.code
  if (code === 'ENOENT') {
    throw new InputError([
      {
        message: 'is encrypted with SOPS, and the program sops is not here',
        position,
        hint: 'install sops on this machine; muster calls it to open the file',
      },
    ])
  }
  if (done.error !== undefined || done.status !== 0) {
    const why =
      code === 'ETIMEDOUT'
        ? `sops gave no answer within ${TIMEOUT} s`
        : visible((done.stderr ?? '').trim().slice(0, 500), false)
    throw new InputError([
      {
        message: `is encrypted with SOPS, and sops cannot open it: ${why}`,
        position,
        hint: `try it: sops --decrypt ${path}`,
      },
    ])
  }
  return done.stdout
}
