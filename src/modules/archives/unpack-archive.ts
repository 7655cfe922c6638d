import { printStat } from '../../probes/stat.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { ownerWord } from '../files/attributes.ts'
import { chmodWord } from '../files/modes.ts'
import { type MemberAttributes, namesAttributes } from './compare-archive.ts'
import { membersFunction } from './members.ts'
import type { UnarchiveParameters } from './unarchive-parameters.ts'

/** Unpacks an open archive into the current directory. Prints `out` and `err`, what tar said. */
export function unpackArchive(params: UnarchiveParameters): ShellText {
  return sh`m_begun=yes
m_err=$("$m_tar" --extract ${params.keep_newer ? ['--keep-newer-files'] : []} "$@" 2>&1 >"$m_tmp/out") || m_fail unpack "$m_err"
printf 'out\0%s\0err\0%s\0' "$(tail -c 8000 "$m_tmp/out")" "$(printf %s "$m_err" | tail -c 8000)"`
}

/** Gives all members the owner, group and mode that the task names. */
export function setAttributes(wish: MemberAttributes, mode: string | undefined): ShellText {
  if (!namesAttributes(wish)) return sh`:`
  const owner = ownerWord(wish.owners.uid, wish.owners.gid)
  return lines([
    membersFunction,
    sh`m_begun=yes; m_members || m_fail names`,
    ...(owner === null
      ? []
      : [sh`m_err=$(xargs -0 chown -h -- ${owner} <"$m_tmp/all" 2>&1) || m_fail owner "$m_err"`]),
    // After chown, which takes setuid bits away. chmod would follow a link.
    ...(wish.mode === undefined
      ? []
      : [
          sh`m_err=$(xargs -0 -r chmod -- ${'octal' in wish.mode ? chmodWord(wish.mode.octal) : mode!} <"$m_tmp/files" 2>&1) || m_fail mode "$m_err"`,
        ]),
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
