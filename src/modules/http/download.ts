import { randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import type { DigestAlgorithm } from '../../probes/digest.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import type { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import { type Action, type ActionResult, look } from '../module.ts'
import { requireCurl, splitOutput } from './fetch.ts'
import { noAnswer, type Response, readResponse, trailerFormat } from './response.ts'

/** curl's status for an answer that is larger than it may be: by then its headers are known. */
const TOO_LARGE = 63

/**
 * Sends a request that changes nothing, by the configuration of curl, and gives its answer.
 * @param discard the body is not wanted; where its size is told, it is not even fetched
 * @throws TaskFailure without an answer
 */
export async function* request(
  says: string,
  config: Secret,
  discard: boolean,
  module = 'get_url',
): AsyncGenerator<Action, Response, ActionResult> {
  const mark = randomBytes(16).toString('hex')
  const words = ['-sS', '-q', '-K', '-', '-D', '-', '-w', trailerFormat(mark)]
  const more = discard ? ['-o', '/dev/null', '--max-filesize', '1'] : []
  // printf is the shell's own: what it prints is in no command line.
  const script = sh`${requireCurl}
printf %s ${config} | LC_ALL=C curl ${[...words, ...more]}
printf '\0curl\0%s' $?`
  const { output } = yield* look(says, { output: scriptProbe(script, (output) => output) })
  const { answer, rc } = splitOutput(output, module)
  if (rc !== 0 && !(discard && rc === TOO_LARGE)) throw unanswered(rc, output)
  return readResponse({ ...output, stdout: answer }, mark)
}

/** @throws TaskFailure in Ansible's words */
export function unanswered(rc: number | null, output: Output): TaskFailure {
  if (rc === 18)
    return new TaskFailure('Incomplete read, the server ended the connection before all of the file had come')
  return new TaskFailure(noAnswer(output, rc))
}

/** Sums of what came and of what was there, printed as {@link readSums} reads them; wrong content ends the script. */
export function printSums(
  old: ShellText,
  wanted: { algorithm: DigestAlgorithm; hex: string } | null,
): ShellText {
  return lines([
    sh`m_hash() { m_s=$({ "\${1}sum" || busybox "\${1}sum" || openssl dgst "-$1" -r; } <"$2" 2>/dev/null); printf %s "\${m_s%% *}"; }
m_old=; [ ! -f ${old} ] || m_old=$(m_hash sha1 ${old})
printf '\0sums\0%s\0%s\0%s\0' "$(m_hash sha1 "./$m_t")" "$m_old" "$(m_hash md5 "./$m_t")"`,
    wanted === null
      ? sh`:`
      : sh`m_sum=$(m_hash ${wanted.algorithm} "./$m_t")
[ "$m_sum" = ${wanted.hex} ] || { printf '\0mismatch\0%s\0' "$m_sum"; exit 1; }`,
  ])
}

export interface Sums {
  readonly sha1: string
  /** Null when there was no file. */
  readonly old: string | null
  readonly md5: string
  /** The sum that was wrong. */
  readonly mismatch: string | undefined
}

/** Null when nothing came. */
export function readSums(output: Output): Sums | null {
  const said = output.stdout.toString('latin1')
  const sums = /\0sums\0([0-9a-f]{40})\0([0-9a-f]{40})?\0([0-9a-f]{32})?\0/.exec(said)
  if (sums === null) return null
  const [, sha1 = '', old, md5 = ''] = sums
  return { sha1, old: old ?? null, md5, mismatch: /\0mismatch\0([0-9a-f]*)\0/.exec(said)?.[1] }
}

/** The name of a file in a directory: what the answer calls it, else the last part of its last address. */
export function nameOfAnswer(response: Response): string {
  const disposition = response.headers.get('content_disposition') ?? ''
  const given = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition)
  const name = posix.basename((given?.[1] ?? given?.[2] ?? '').replace(/\\(.)/g, '$1'))
  if (name !== '' && name !== '.' && name !== '..' && !name.includes('\0')) return name
  return nameInAddress(response.url)
}

/** The last part of an address's path, as it is written. */
export function nameInAddress(url: string): string {
  const path = /^[a-z]+:\/\/[^/?#]*(\/[^?#]*)?/i.exec(url)?.[1] ?? ''
  const name = path.slice(path.lastIndexOf('/') + 1)
  return name === '' || name === '.' || name === '..' ? 'index.html' : name
}

/** An address without the name and password that may stand in it. */
export function maskedAddress(url: string): string {
  return url.replace(/^([a-z]+:\/\/)([^/?#@]*)@/i, (_, scheme: string, user: string) =>
    user.includes(':') ? `${scheme}****:****@` : `${scheme}****@`,
  )
}
