import { type Field, field } from '../../probes/fields.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { applyMode, type Mode } from '../files/attributes/modes.ts'
import type { Owners } from '../files/attributes/owners.ts'
import { membersFunction } from './members.ts'

/** Owner, group and mode that all members shall have; undefined where the task does not say. */
export interface MemberAttributes {
  readonly owners: Owners
  readonly mode: Mode | undefined
}

/** How what is in dest differs from the archive. */
export interface Comparison {
  /** Something is missing or other than in the archive. */
  readonly contents: boolean
  /** A member's owner, group or mode is not what the task says. */
  readonly attributes: boolean
}

/**
 * Compares an open archive with the current directory. Prints `differs` when it has to be unpacked; else, where the
 * task names attributes, `attributes`: each combination of mode (hex, with the kind of file), uid and gid once.
 */
export function compareArchive(wish: MemberAttributes, whenDifferent: ShellText): ShellText {
  const attributes = namesAttributes(wish)
    ? sh`else
  m_members && m_err=$(xargs -0 stat -c '%f %u %g' -- <"$m_tmp/all" 2>&1 >"$m_tmp/stat") || m_fail attributes "$m_err"
  printf 'attributes\0%s\0' "$(sort -u "$m_tmp/stat")"`
    : sh``
  return sh`${membersFunction}
"$m_tar" --diff "$@" <"$m_src" >"$m_tmp/diff" 2>&1
if grep -v ': : Warning: Cannot stat: ' "$m_tmp/diff" | grep -Eq ${differencePattern(wish)}; then
  printf 'differs\0\0'; ${whenDifferent}
${attributes}
fi`
}

/**
 * What of tar's words is a difference (facts/modules.md, unarchive): not what the task sets anyway, and no owner where
 * tar cannot set one. Unlike Ansible, another kind of file is one too, and what cannot be read.
 */
export function differencePattern({ owners, mode }: MemberAttributes): string {
  const root = owners.runs.uid === 0
  const always = [
    'Mod time differs',
    'Size differs',
    'Contents differ',
    'Symlink differs',
    'File type differs',
  ]
  return [
    ...always,
    'Device number differs',
    ...(root && owners.uid === undefined ? ['Uid differs'] : []),
    ...(root && owners.gid === undefined ? ['Gid differs'] : []),
    ...(mode === undefined ? ['Mode differs'] : []),
  ]
    .map((words) => `: ${words}$`)
    .concat(': Not linked to ', ': Warning: Cannot ', ': Cannot ')
    .join('|')
}

/** Whether the task says anything about owner, group or mode. */
export function namesAttributes({ owners, mode }: MemberAttributes): boolean {
  return owners.uid !== undefined || owners.gid !== undefined || mode !== undefined
}

/** Reads what {@link compareArchive} printed. @throws TaskFailure when it cannot be read */
export function readComparison(fields: readonly Field[], wish: MemberAttributes): Comparison {
  if (field(fields, 'differs') !== undefined) return { contents: true, attributes: false }
  const found = field(fields, 'attributes')?.toString('latin1') ?? ''
  const attributes = found.split('\n').some((line) => line !== '' && attributesDiffer(line, wish))
  return { contents: false, attributes }
}

/** Upper bits of a raw mode. */
const LINK = 0o12
const DIRECTORY = 0o4

function attributesDiffer(line: string, { owners, mode }: MemberAttributes): boolean {
  const match = /^([0-9a-f]{1,8}) (\d{1,10}) (\d{1,10})$/.exec(line)
  if (match === null) throw new TaskFailure("the host's answer cannot be read (attributes of members)")
  const raw = Number.parseInt(match[1]!, 16)
  if (owners.uid !== undefined && owners.uid !== Number(match[2])) return true
  if (owners.gid !== undefined && owners.gid !== Number(match[3])) return true
  // A link has no mode of its own.
  if (mode === undefined || raw >> 12 === LINK) return false
  const bits = raw & 0o7777
  const directory = raw >> 12 === DIRECTORY
  return applyMode(mode, { mode: bits, directory, umask: owners.runs.umask }) !== bits
}
