import { createHash, randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { ownerWord } from './attributes.ts'
import { makeDirectories } from './directories.ts'
import { runPrelude } from './done.ts'
import { chmodWord } from './modes.ts'
import type { Stat } from './observe-path.ts'
import type { Owners } from './owners.ts'

/** How a file is put in its place. */
export interface Placement {
  /** Expanded; not a directory, and not a link that shall stay. */
  readonly dest: string
  /** The file that is replaced; null when there is none (or a link, whose owner and mode say nothing). */
  readonly old: Stat | null
  readonly owners: Owners
  /** All twelve bits that the file gets. */
  readonly mode: number
  /** Checked before the rename; null where what comes is not known before. */
  readonly sha256: string | null
  /** Make missing parent directories, with this mode (undefined: 0777 less the umask). */
  readonly parents: { readonly mode: number | undefined } | null
  readonly backup: boolean
  /** Words of a command that must accept the new file; `%s` in them is its temporary name. */
  readonly validate: readonly string[] | undefined
  /** Write in place where a rename cannot work (a bind mount). */
  readonly unsafeWrites: boolean
}

/** The hidden name beside the target under which a file is written; unguessable, and told apart by target. */
export function temporaryName(dest: string): string {
  const base = posix.basename(dest)
  const suffix = /.\.[A-Za-z0-9]{1,16}$/.test(base) ? base.slice(base.lastIndexOf('.')) : ''
  return posix.join(
    posix.dirname(dest),
    `${temporaryPrefix(dest)}${randomBytes(16).toString('hex')}${suffix}`,
  )
}

function temporaryPrefix(dest: string): string {
  return `.muster-${createHash('sha256').update(posix.basename(dest)).digest('hex').slice(0, 8)}-`
}

/** Names, traps and functions that both halves share. The temporary file goes when the script ends, unless kept. */
function prelude(placement: Placement, temporary: string): ShellText {
  return lines([
    runPrelude,
    sh`m_dest=${placement.dest}; m_dir=${posix.dirname(placement.dest)}; m_tmp=${temporary}`,
    sh`m_sync() { command -v sync >/dev/null 2>&1 || return 0; LC_ALL=C sync -- "$1"; }
trap 'rm -f -- "$m_tmp"' EXIT
trap 'exit 1' HUP INT TERM PIPE`,
  ])
}

/** Makes the temporary file: empty, 0600, by exclusive creation. What a killed run left for this target goes first. */
function create(placement: Placement): ShellText {
  const left = sh`"$m_dir"/${temporaryPrefix(placement.dest)}`
  return lines([
    ...(placement.parents === null
      ? []
      : [makeDirectories(sh`$m_dir`, placement.parents.mode, placement.owners)]),
    sh`[ -d "$m_dir" ] || m_fail parent
[ ! -d "$m_dest" ] || m_fail directory
rm -f -- ${left}*
( umask 077; set -C; : > "$m_tmp" ) || { [ -w "$m_dir" ] || m_fail unwritable; m_fail write; }`,
  ])
}

/** Checks, dresses, validates and renames the temporary file; ends with `done` and the facts of the new file. */
function finish(placement: Placement): ShellText {
  const { old, owners } = placement
  const steps: ShellText[] = []
  if (placement.sha256 !== null)
    steps.push(sh`[ "$(m_sum < "$m_tmp")" = ${placement.sha256} ] || m_fail checksum`)
  if (old !== null) {
    // Only root can give files away; a plain user's new file is their own (Ansible ignores EPERM here too).
    const kept = `${old.uid}:${old.gid}`
    steps.push(sh`LC_ALL=C chown ${kept} "$m_tmp" 2>/dev/null || [ "$(id -u)" != 0 ] || m_fail owner
LC_ALL=C cp --attributes-only --preserve=all --no-preserve=mode,ownership,timestamps -- "$m_dest" "$m_tmp" 2>/dev/null || :`)
  }
  const wanted = ownerWord(owners.uid, owners.gid)
  if (wanted !== null) steps.push(sh`LC_ALL=C chown ${wanted} "$m_tmp" || m_fail owner`)
  // After chown, which takes setuid bits away, and after the extended attributes, which hold an ACL's mask.
  steps.push(sh`LC_ALL=C chmod ${chmodWord(placement.mode)} "$m_tmp" || m_fail mode`)
  if (placement.validate !== undefined)
    steps.push(sh`m_rc=0; ${validateCommand(placement.validate)} </dev/null || m_rc=$?
[ "$m_rc" = 0 ] || { printf '\0fail\0validate\0status\0%s\0' "$m_rc"; exit 1; }`)
  steps.push(sh`m_sync "$m_tmp" || m_fail write`)
  if (placement.backup)
    steps.push(sh`m_backup="$m_dest.$$.$(date +%Y-%m-%d@%H:%M:%S)~"
if [ -f "$m_dest" ]; then
  LC_ALL=C cp -p -- "$m_dest" "$m_backup" || { rm -f -- "$m_backup"; m_fail backup; }
else m_backup=; fi`)
  // A directory that appeared meanwhile would swallow the file.
  const rename = sh`[ ! -d "$m_dest" ] || m_fail directory
LC_ALL=C mv -f -- "$m_tmp" "$m_dest"`
  steps.push(
    placement.unsafeWrites
      ? sh`${rename} || { LC_ALL=C cat < "$m_tmp" > "$m_dest" && m_sync "$m_dest"; } || m_fail rename`
      : sh`${rename} || m_fail rename`,
    sh`m_sync "$m_dir" 2>/dev/null
printf '\0done\0'`,
  )
  if (placement.backup) steps.push(sh`[ -z "$m_backup" ] || printf 'backup\0%s\0' "$m_backup"`)
  steps.push(sh`m_path "$m_dest" ''`)
  return lines(steps)
}

function validateCommand(words: readonly string[]): ShellText {
  const quoted = words.map((word) =>
    word
      .split('%s')
      .map((part) => sh`${part}`)
      .reduce((left, right) => sh`${left}"$m_tmp"${right}`),
  )
  return quoted.reduce((left, right) => sh`${left} ${right}`)
}

/** One script for small contents, which come on standard input, or by what `fill` writes into `$m_tmp`. */
export function writeScript(
  placement: Placement,
  temporary: string,
  fill: ShellText = sh`LC_ALL=C cat > "$m_tmp" || m_fail write`,
): ShellText {
  return lines([prelude(placement, temporary), create(placement), fill, finish(placement)])
}

/** First half for pushed contents: leaves the empty temporary file behind. */
export function prepareScript(placement: Placement, temporary: string): ShellText {
  return lines([prelude(placement, temporary), create(placement), sh`trap - EXIT; printf '\0done\0'`])
}

/** Second half for pushed contents. */
export function finishScript(placement: Placement, temporary: string): ShellText {
  return lines([prelude(placement, temporary), finish(placement)])
}
