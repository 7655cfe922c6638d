import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { ownerWord } from './attributes.ts'
import { chmodWord } from './modes.ts'
import type { Owners } from './owners.ts'

/**
 * Shell text that makes a directory and its missing parents, and gives owner, group and mode to those it made only
 * (facts/modules.md, file). `path` is a shell variable; a step that fails calls `m_fail` with its name.
 */
export function makeDirectories(path: ShellText, mode: number | undefined, owners: Owners): ShellText {
  const owner = ownerWord(owners.uid, owners.gid)
  return lines([
    sh`m_q="${path}"; set --
while [ ! -d "$m_q" ]; do
  set -- "$m_q" "$@"
  case $m_q in */*) m_q=\${m_q%/*}; [ -n "$m_q" ] || m_q=/ ;; *) m_q=. ;; esac
done
for m_q in "$@"; do
  LC_ALL=C mkdir -- "$m_q" || m_fail mkdir`,
    ...(owner === null ? [] : [sh`  LC_ALL=C chown -- ${owner} "$m_q" || m_fail owner`]),
    ...(mode === undefined ? [] : [sh`  LC_ALL=C chmod -- ${chmodWord(mode)} "$m_q" || m_fail mode`]),
    sh`done`,
  ])
}
