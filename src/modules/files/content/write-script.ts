import { posix } from 'node:path'
import { LARGE_FILE, rememberFunction } from '../../../probes/digest-cache.ts'
import type { Stat } from '../../../probes/stat.ts'
import { lines, type ShellText, sh } from '../../../shell/sh.ts'
import { madeFrom, revealText } from '../../../values/secret.ts'
import type { Text } from '../../parameters.ts'
import { ownerWord } from '../attributes/attributes.ts'
import { chmodWord } from '../attributes/modes.ts'
import type { Owners } from '../attributes/owners.ts'
import { printDone } from '../done.ts'
import { enter, holdPrelude, temporaryName, temporaryPrefix } from '../enter.ts'
import { type Missing, makeDirectories } from '../trees/directories.ts'
import { type Place, realPath } from '../trust.ts'

/** How a file is put in its place. */
export interface Placement {
  /** Its name in results and messages; not a directory, and not a link that shall stay. */
  readonly dest: string
  /** Where it goes, once `parents` are made. */
  readonly place: Place
  /** The file that is replaced; null when there is none (or a link, whose owner and mode say nothing). */
  readonly old: Stat | null
  /** The new file gets owner, group and what else the old one has. */
  readonly takesOn: boolean
  readonly owners: Owners
  /** All twelve bits that the file gets. */
  readonly mode: number
  /** Checked before the rename; null where what comes is not known before. */
  readonly sha256: string | null
  /** Directories to be made, with this mode (undefined: 0777 less the umask); `plain`: owner and group do not go to them. */
  readonly parents: {
    readonly missing: Missing
    readonly mode: number | undefined
    readonly plain?: true
  } | null
  readonly backup: boolean
  /** Words of a command that must accept the new file; `%s` in them is its temporary name. */
  readonly validate: readonly Text[] | undefined
  /** Write in place where a rename cannot work (a bind mount). */
  readonly unsafeWrites: boolean
}

const sum: ShellText = sh`m_sum() { m_s=$({ sha256sum || busybox sha256sum || openssl dgst -sha256 -r; } 2>/dev/null); printf %s "\${m_s%% *}"; }`

/** How a script begins that writes a file. */
interface Beginning {
  /** The hidden name; a new one when missing. */
  readonly name?: string
  /** Right after the functions are there. */
  readonly first?: ShellText
}

/** Goes to where the file is written: the directories are there then, and `$m_t` is its hidden name. */
function begin(placement: Placement, { name, first = sh`:` }: Beginning = {}): ShellText {
  const { place } = placement
  return lines([
    holdPrelude,
    sum,
    first,
    ...makeParents(placement),
    enter(place, sh`[ -w . ] || m_fail unwritable; m_fail write`),
    sh`m_t=${name ?? posix.basename(temporaryName(place.name))}; set -C
[ ! -d "$m_up/"${place.name} ] || m_fail directory`,
    ...(name === undefined ? [clearLeft(place)] : []),
    sh`umask 077`,
  ])
}

/** Makes the directories that are missing on the way. */
export function makeParents({ parents, owners }: Placement): ShellText[] {
  if (parents === null) return []
  const given = parents.plain === true ? { ...owners, uid: undefined, gid: undefined } : owners
  return [makeDirectories(parents.missing, parents.mode, given)]
}

/** What killed runs left for this target goes; what is not muster's own is not touched. */
function clearLeft({ name, trusted }: Place): ShellText {
  const left = temporaryPrefix(name)
  if (trusted) return sh`for m_x in ./${left}*; do [ ! -f "$m_x" ] || { rm -f -- ./${left}*; break; }; done`
  return sh`for m_x in ../${left}*; do
  [ "$m_x" != "../$m_own" ] && [ -d "$m_x" ] && [ ! -L "$m_x" ] && [ -O "$m_x" ] || continue
  ( m_there=\${m_here%/*}/\${m_x#../}; m_own=; m_t=; m_hold "$m_there" && [ -O . ] && rm -f -- ./${left}* && cd -P .. && rmdir -- "$m_x" ) 2>/dev/null
done`
}

/** Dresses, validates and renames the temporary file; ends with `done` and the facts of the new file. */
function finish(placement: Placement, remember = false): ShellText {
  const { place, old, backup, validate } = placement
  const takesOld = !place.trusted && old !== null
  return lines([
    // A second name for the old file, so that it is surely that one whose attributes are taken on and that is kept.
    ...(takesOld
      ? [
          sh`m_was=./.muster-old
if LC_ALL=C ln -- ${`../${place.name}`} "$m_was" 2>/dev/null; then
  [ "$(LC_ALL=C stat -c %d:%i -- "$m_was")" = ${old.identity} ] || m_fail moved
else m_was=; fi`,
        ]
      : [sh`m_was=./${place.name}`]),
    ...dress(placement),
    ...(validate === undefined
      ? []
      : [
          sh`m_rc=0; ( umask ${octal(placement.owners.runs.umask)}; m_f=$m_here/$m_t; m_f=/\${m_f#/}; cd -- "$m_start"; ${validateCommand(validate)} ) </dev/null || m_rc=$?
[ "$m_rc" = 0 ] || m_fail validate "$m_rc"`,
        ]),
    ...(backup ? [keep(placement)] : []),
    rename(placement),
    sh`LC_ALL=C sync -- "$m_up" 2>/dev/null`,
    ...(remember ? [rememberDigest(placement)] : []),
    ...(place.trusted ? [sh`m_t=`] : [sh`m_leave`]),
    printDone(placement.dest, backup ? sh`[ -z "$m_backup" ] || printf 'backup\0%s\0' "$m_backup"` : sh`:`),
  ])
}

/** Owner and mode, and what else the old file had. */
function dress({ place, old: replaced, takesOn, owners, mode }: Placement): ShellText[] {
  const old = takesOn ? replaced : null
  const { runs } = owners
  const steps: ShellText[] = []
  const chown = (owner: string) => sh`LC_ALL=C chown -- ${owner} "./$m_t"`
  const asMade = (owner: string) => !place.inherits && owner === `${runs.uid}:${runs.gid}`
  const wanted = ownerWord(owners.uid, owners.gid)
  if (old !== null && runs.uid === 0) {
    const all = `${owners.uid ?? old.uid}:${owners.gid ?? old.gid}`
    if (!asMade(all)) steps.push(sh`${chown(all)} || m_fail owner`)
  } else {
    // A plain user cannot give files away: the new file is their own (Ansible takes that as it is, too).
    if (old !== null && (old.uid !== runs.uid || old.gid !== runs.gid))
      steps.push(sh`${chown(`${old.uid}:${old.gid}`)} 2>/dev/null || :`)
    const whole = `${owners.uid ?? runs.uid}:${owners.gid ?? runs.gid}`
    if (wanted !== null && !(old === null && asMade(whole))) steps.push(sh`${chown(wanted)} || m_fail owner`)
  }
  if (old !== null)
    steps.push(
      sh`[ -z "$m_was" ] || LC_ALL=C cp --attributes-only --preserve=all --no-preserve=mode,ownership,timestamps -- "$m_was" "./$m_t" 2>/dev/null || :`,
    )
  // After chown, which takes setuid bits away, and after the extended attributes, which hold an ACL's mask.
  steps.push(sh`LC_ALL=C chmod -- ${chmodWord(mode)} "./$m_t" || m_fail mode`)
  return steps
}

/** The backup is the old file itself, under a second name; a copy where there can be none. Never written through a link. */
function keep({ dest, place, unsafeWrites }: Placement): ShellText {
  const copy = sh`LC_ALL=C cp -p -- "$m_was" "$m_up/$m_b" || m_fail backup`
  const link = sh`LC_ALL=C ln -- "$m_was" "$m_up/$m_b"`
  return sh`m_backup=; m_b=
if [ -n "$m_was" ] && [ -f "$m_was" ]; then
  m_b=.$$.$(date +%Y-%m-%d@%H:%M:%S)~; m_backup=${dest}$m_b; m_b=${place.name}$m_b
  ${!place.trusted ? sh`${link} || m_fail backup` : unsafeWrites ? copy : sh`${link} 2>/dev/null || ${copy}`}
fi`
}

function rename({ place, unsafeWrites }: Placement): ShellText {
  if (!place.trusted) return sh`LC_ALL=C mv -fT -- "./$m_t" ${`../${place.name}`} || m_fail rename`
  const target = `./${place.name}`
  const inPlace = sh`{ set +C; LC_ALL=C cat <"./$m_t" >${target} && LC_ALL=C sync -- ${target} && rm -f -- "./$m_t"; }`
  // A directory that appeared meanwhile would swallow the file.
  return sh`[ ! -d ${target} ] || m_fail directory
LC_ALL=C mv -f -- "./$m_t" ${target} || ${unsafeWrites ? sh`${inPlace} || ` : sh``}m_fail rename`
}

function validateCommand(words: readonly Text[]): ShellText {
  const quoted = words.map((word) =>
    revealText(word)
      .split('%s')
      .map((part) => sh`${madeFrom(part, [word])}`)
      .reduce((left, right) => sh`${left}"$m_f"${right}`),
  )
  return quoted.reduce((left, right) => sh`${left} ${right}`)
}

function octal(umask: number): string {
  return umask.toString(8).padStart(4, '0')
}

function checkSum({ sha256 }: Placement): ShellText {
  return sha256 === null ? sh`:` : sh`[ "$(m_sum <"./$m_t")" = ${sha256} ] || m_fail checksum`
}

/** One script for small contents, which come on standard input. One process writes, counts and syncs them. */
export function writeScript(placement: Placement, size: number): ShellText {
  return lines([
    begin(placement),
    sh`m_said=$(LC_ALL=C dd bs=65536 conv=fsync 2>&1 >"./$m_t") || { [ -w . ] || m_fail unwritable; printf '%s\n' "$m_said" >&2; m_fail write; }
case "
$m_said" in *"
"${`${size} bytes `}*) ;; *) ${checkSum(placement)} ;; esac`,
    finish(placement),
  ])
}

/** The same for what `fill` writes into `"./$m_t"`, which is there, empty and 0600. */
export function fillScript(placement: Placement, fill: ShellText, first?: ShellText): ShellText {
  return lines([
    begin(placement, first === undefined ? {} : { first }),
    sh`: >"./$m_t" || { [ -w . ] || m_fail unwritable; m_fail write; }
set +C`,
    fill,
    settle(placement),
  ])
}

/** The digest that was just checked need not be computed again by later runs; only root has such a memory. */
function rememberDigest({ place, sha256, owners }: Placement): ShellText {
  if (!place.trusted || sha256 === null || owners.runs.uid !== 0) return sh`:`
  return lines([rememberFunction, sh`m_remember ${realPath(place)} ${sha256}`])
}

/** The same for a file that is there under a hidden name, beside its target. */
export function settleScript(placement: Placement, name: string, size: number): ShellText {
  return lines([begin(placement, { name }), settle(placement, size >= LARGE_FILE)])
}

function settle(placement: Placement, large = false): ShellText {
  return lines([checkSum(placement), sh`LC_ALL=C sync -- "./$m_t" || m_fail write`, finish(placement, large)])
}
