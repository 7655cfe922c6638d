import { scriptProbe } from '../../probes/script.ts'
import { sh } from '../../shell/sh.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { Secret } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import { secretText } from '../editing/editor.ts'
import type { Action, ActionResult, Diff } from '../module.ts'
import type { Text } from '../parameters.ts'

/** A text that went into a crontab. */
type Made = Text | undefined

/** Latin-1 letters stand for bytes while a crontab is edited. */
export function shownBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** Options of crontab for the crontab of a user: none for one's own, for which nobody has to be root. */
const OWN_OR_USER = sh`m_c() {
  if [ -n "$m_u" ] && [ "$m_u" != "$(id -un)" ]; then LC_ALL=C crontab -u "$m_u" "$@"; else LC_ALL=C crontab "$@"; fi
}`

/** The exit status of {@link readCrontab} where the host has no crontab. */
export const NO_PROGRAM = 127

/** Asks for the crontab of a user, or the own one. */
export function readCrontab(name: Text | undefined) {
  return scriptProbe(
    sh`command -v crontab >/dev/null 2>&1 || exit ${NO_PROGRAM}
m_u=${name ?? ''}
${OWN_OR_USER}
m_c -l`,
    (output) => output,
  )
}

/** Keeps the old text where Ansible keeps it, and tells where that is. */
export async function* keepOld(old: string): AsyncGenerator<Action, string, ActionResult> {
  const output = yield {
    kind: 'run',
    says: 'keep the old crontab',
    silent: true,
    touches: ['files'],
    contained: true,
    stdin: Buffer.from(old, 'latin1'),
    script: sh`umask 077; m_f=$(mktemp "\${TMPDIR:-/tmp}/crontabXXXXXXXX") && cat >"$m_f" && printf %s "$m_f"`,
  }
  if (output.rc !== 0) throw hostFailure('the old crontab cannot be kept', output)
  return output.stdout.toString('utf8')
}

/** Both texts; nothing where one of what was written is secret. */
export function diffOf(header: string, before: string, after: string, made: readonly Made[]): Diff[] {
  // What is secret is in the text somewhere.
  if (made.some((one) => one instanceof Secret)) return []
  return [{ header, before: shownBytes(before), after: shownBytes(after) }]
}

/** Gives a user the crontab. @throws TaskFailure where the program refuses it */
export async function* install(
  wish: { readonly owner: Text | undefined; readonly made: readonly Made[] },
  old: string,
  text: string,
  predicted: Record<string, Value>,
): AsyncGenerator<Action, void, ActionResult> {
  const { owner, made } = wish
  const header = owner === undefined ? 'crontab' : `crontab for user "${owner}"`
  const bytes = secretText(Buffer.from(text, 'latin1'), made, header)
  const output = yield {
    kind: 'run',
    says: `install the crontab${owner === undefined ? '' : ` of ${owner}`}`,
    touches: ['files'],
    contained: true,
    diff: diffOf(header, old, text, made),
    predicted,
    stdin: bytes,
    script: sh`m_u=${owner ?? ''}
${OWN_OR_USER}
m_c -`,
  }
  if (output.rc !== 0)
    throw hostFailure('Failed to install new cronfile', output, {
      hint: 'cron refuses a line that it cannot read; look at the times of the job',
    })
}
