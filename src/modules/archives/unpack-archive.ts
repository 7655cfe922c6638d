import { printStat } from '../../probes/stat.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { ownerWord } from '../files/attributes/attributes.ts'
import { chmodWord } from '../files/attributes/modes.ts'
import { type MemberAttributes, namesAttributes } from './compare-archive.ts'
import { membersFunction } from './members.ts'
import { unpackSafely } from './merge-archive.ts'
import type { UnarchiveParameters } from './unarchive-parameters.ts'

/**
 * As whom what is unpacked is written: undefined as the running user. A user who owns the directory could lead root out
 * of it by a link in the middle of the work, and has nothing of it when the work is done as that very user.
 */
export type UnpackAs = { readonly uid: number; readonly gid: number } | undefined

/** Words before a command. */
function asWords(as: UnpackAs): string[] {
  if (as === undefined) return []
  return ['setpriv', `--reuid=${as.uid}`, `--regid=${as.gid}`, '--clear-groups', '--']
}

/** Has the host say at once that it cannot do that. */
export function checkAs(as: UnpackAs): ShellText {
  return as === undefined ? sh`:` : sh`${asWords(as)} true || m_fail as`
}

/**
 * Unpacks an open archive into the current directory (unless `contents` is false: what is there is as in the archive), and
 * gives all members the owner, group and mode that the task names. Prints `out` and `err`, what tar said.
 */
export function unpackArchive(
  params: UnarchiveParameters,
  wish: MemberAttributes,
  as: UnpackAs,
  contents: boolean,
): ShellText {
  const extract = extractMembers(as, params.keep_newer)
  const attributes = setAttributes(wish, params.mode, as)
  const plainly = lines([...(contents ? [extract] : []), attributes])
  return lines([
    membersFunction,
    sh`m_members || m_fail names
m_begun=yes m_out=`,
    as !== undefined || wish.owners.runs.uid !== 0
      ? plainly
      : unpackSafely(
          {
            extract: extractMembers(as, false),
            attributes,
            tops: chownAndChmod(wish, params.mode, as, ['tops', 'tops']),
            plainly,
          },
          params.keep_newer,
        ),
    // Where only attributes are set, what passes through the room is what was there.
    contents
      ? sh`[ -z "$m_out" ] || printf 'out\0%s\0err\0%s\0' "$(tail -c 8000 "$m_tmp/out")" "$(printf %s "$m_err" | tail -c 8000)"`
      : sh`:`,
  ])
}

function extractMembers(as: UnpackAs, keepNewer: boolean): ShellText {
  return sh`m_err=$(${asWords(as)} "$m_tar" --extract ${keepNewer ? ['--keep-newer-files'] : []} "$@" <"$m_src" 2>&1 >"$m_tmp/out") || m_fail unpack "$m_err"
m_out=yes`
}

function setAttributes(wish: MemberAttributes, mode: string | undefined, as: UnpackAs): ShellText {
  if (!namesAttributes(wish)) return sh`:`
  // Now that they are there, links are told apart from files.
  return lines([sh`m_members || m_fail names`, chownAndChmod(wish, mode, as, ['all', 'files'])])
}

/** @param lists files of names: those that get an owner, and those that get a mode, for chmod would follow a link */
function chownAndChmod(
  wish: MemberAttributes,
  mode: string | undefined,
  as: UnpackAs,
  [all, files]: readonly [string, string],
): ShellText {
  const owner = ownerWord(wish.owners.uid, wish.owners.gid)
  return lines([
    ...(owner === null
      ? []
      : [
          sh`m_bad=$(xargs -0 -r ${asWords(as)} chown -h -- ${owner} <"$m_tmp/"${all} 2>&1) || m_fail owner "$m_bad"`,
        ]),
    // After chown, which takes setuid bits away.
    ...(wish.mode === undefined
      ? []
      : [
          sh`m_bad=$(xargs -0 -r ${asWords(as)} chmod -- ${'octal' in wish.mode ? chmodWord(wish.mode.octal) : mode!} <"$m_tmp/"${files} 2>&1) || m_fail mode "$m_bad"`,
        ]),
    sh`:`,
  ])
}

/** Last words of an unpacking: `files` when they are asked for, and the facts of dest. */
export function reportUnpacked(dest: string, listFiles: boolean): ShellText {
  return lines([
    ...(listFiles ? [sh`printf 'files\0'; cat "$m_tmp/names"; printf '\0'`] : []),
    sh`m_begun=; printf 'rest\0'`,
    printStat(dest),
  ])
}
