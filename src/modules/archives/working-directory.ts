import { createHash, randomBytes } from 'node:crypto'
import { field, readFields, textField } from '../../probes/fields.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { failFunction } from '../../shell/failed-step.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { holdFunction } from '../files/enter.ts'

/**
 * A hidden directory on the host for one unpacking: the archive that was sent, and lists. It is made first and removed
 * last, so one that is found later says that an unpacking was cut off, and that `creates` proves nothing.
 *
 * It is not in the target directory, whose time `tar --diff` compares.
 */
export interface WorkingDirectory {
  readonly path: string
  /** What the directories of earlier runs of the same task begin with. */
  readonly prefix: string
  /** The expanded path that says that the work is done; undefined when the task names none. */
  readonly creates: string | undefined
  /** An earlier run was cut off: until this one is through, the directory has to stay. */
  readonly interrupted: boolean
}

/** Which task's unpacking it is. */
export interface Undertaking {
  readonly dest: string
  readonly creates: string | undefined
}

/** The hidden name that all runs of one task share, without the directory it lies in. */
function sharedName({ dest, creates = '' }: Undertaking): string {
  const hash = createHash('sha256').update(`${dest}\0${creates}`).digest('hex')
  return `.muster-${hash.slice(0, 16)}-`
}

/** What an earlier run left, and where large temporary files go. */
export interface Leftovers {
  readonly base: string
  readonly interrupted: boolean
}

/** Asks for the directory of large temporary files, and whether an earlier run was cut off. Costs no process beside its shell. */
export function observeLeftovers(undertaking: Undertaking): Probe<Leftovers> {
  const script = sh`m_base=/tmp; [ ! -d /var/tmp ] || [ ! -w /var/tmp ] || m_base=/var/tmp
printf 'base\0%s\0' "$m_base"
for m_l in "$m_base"/${sharedName(undertaking)}*; do
  if [ -d "$m_l" ] && [ ! -L "$m_l" ] && [ -O "$m_l" ]; then printf 'interrupted\0\0'; break; fi
done`
  return scriptProbe(script, (output) => {
    const fields = readFields(output, 'look for an unpacking that was cut off')
    const base = textField(fields, 'base')
    if (base !== '/tmp' && base !== '/var/tmp')
      throw new TaskFailure("the host's answer cannot be read (it names another temporary directory)")
    return { base, interrupted: field(fields, 'interrupted') !== undefined }
  })
}

/** A new one, with a name that cannot be guessed, in `base`. `found` is what the look at the host found. */
export function workingDirectory(
  base: string,
  undertaking: Undertaking,
  found: { readonly creates: string | undefined; readonly interrupted: boolean },
): WorkingDirectory {
  const prefix = `${base}/${sharedName(undertaking)}`
  return { path: `${prefix}${randomBytes(16).toString('hex')}`, prefix, ...found }
}

/**
 * Head of each script that works in it. However the script ends, the directory goes; but it stays, empty, when the
 * unpacking was begun (`m_begun`) and what `creates` names is there: the next run must not take that for done.
 */
export function workPrelude({ path, creates, interrupted }: WorkingDirectory): ShellText {
  const remove = sh`rm -rf -- "$m_tmp" \${m_room:+"$m_room"}`
  return lines([
    holdFunction,
    failFunction(),
    sh`m_start=$PWD
m_sum() { m_s=$({ sha256sum || busybox sha256sum || openssl dgst -sha256 -r; } 2>/dev/null); printf %s "\${m_s%% *}"; }
export LC_ALL=C; unset TAR_OPTIONS
m_tmp=${path}; m_room=; m_begun=${interrupted ? 'yes' : ''}`,
    creates === undefined
      ? sh`m_end() { ${remove}; }`
      : sh`m_end() { if [ -n "$m_begun" ] && [ -e ${creates} ]; then rm -rf -- "$m_tmp"/* \${m_room:+"$m_room"}; else ${remove}; fi; }`,
    sh`trap m_end EXIT
trap 'exit 1' HUP INT TERM PIPE`,
  ])
}

/** Makes it, and then removes what earlier runs left. */
export function makeDirectory({ prefix }: WorkingDirectory): ShellText {
  return sh`( umask 077; mkdir -- "$m_tmp" && : > "$m_tmp/archive" ) || m_fail make
for m_l in ${prefix}*; do
  [ "$m_l" = "$m_tmp" ] || [ -L "$m_l" ] || [ ! -O "$m_l" ] || rm -rf -- "$m_l"
done`
}

/** Last line of a script that leaves the directory to the next one. */
export const keepDirectory: ShellText = sh`trap - EXIT`
