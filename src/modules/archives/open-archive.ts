import { assignPath } from '../../probes/expand-path.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { joinTexts, Secret } from '../../values/secret.ts'
import type { Text } from '../parameters.ts'
import type { ArchiveSource } from './archive-source.ts'
import type { UnarchiveParameters } from './unarchive-parameters.ts'

/** Names longer than this in all do not fit into a result. */
const LIST_LIMIT = 512 * 1024

/**
 * Finds the archive and GNU tar, and how the file is compressed. Sets `m_tar`, and the positional parameters to the
 * words for tar that listing, comparing and unpacking share: it reads `$m_src` on standard input, for it may run as a user
 * who may not see it. Goes into dest, which has no links in its name. Prints `kind`.
 */
export function openArchive(source: ArchiveSource, dest: string, params: UnarchiveParameters): ShellText {
  return lines([
    ...(source.kind !== 'host'
      ? [sh`m_src=$m_tmp/archive`]
      : [
          assignPath('m_src', source.path),
          // Before the cd.
          sh`case $m_src in /*) ;; *) m_src=$PWD/$m_src ;; esac
[ -e "$m_src" ] || m_fail missing
[ -f "$m_src" ] && [ -r "$m_src" ] || m_fail unreadable`,
        ]),
    sh`[ -s "$m_src" ] || m_fail zero
m_tar=$(command -v gtar || command -v tar) || m_fail notar
case $("$m_tar" --version 2>/dev/null) in *'GNU tar'*) ;; *) m_fail othertar ;; esac
m_hold ${dest} || m_fail dest
case $(od -An -tx1 -N6 <"$m_src" | tr -d ' \n') in
  504b0304* | 504b0506*) m_fail zip ;;
  1f8b*) m_kind=gzip m_flag=-z ;;
  425a68*) m_kind=bzip2 m_flag=-j ;;
  fd377a585a00) m_kind=xz m_flag=-J ;;
  28b52ffd*) m_kind=zstd m_flag=--use-compress-program=zstd ;;
  *) m_kind=tar m_flag= ;;
esac
printf 'kind\0%s\0' "$m_kind"
set -- \${m_flag:+"$m_flag"} ${tarOptions(params)} -f - -- ${params.include}`,
  ])
}

/** The options that listing, comparing and unpacking share. */
export function tarOptions(params: UnarchiveParameters): Text[] {
  return [
    // A name with a colon in it is no file of another host.
    '--force-local',
    ...(params.extra_opts.length === 0 ? [] : ['--show-transformed-names', ...params.extra_opts]),
    ...params.exclude.map((name) =>
      name instanceof Secret ? joinTexts(['--exclude=', name]) : `--exclude=${name.replace(/\/+$/, '')}`,
    ),
  ]
}

/**
 * Lists the members of an open archive into `$m_tmp/names`, which reads all of it: a broken archive fails here, before
 * anything is unpacked. So do members that would leave dest; GNU tar leaves those out too, but unpacks the others.
 */
export function listMembers(params: UnarchiveParameters): ShellText {
  return lines([
    sh`m_err=$("$m_tar" --list "$@" <"$m_src" 2>&1 >"$m_tmp/names") || m_fail list "$m_err"
[ -s "$m_tmp/names" ] || m_fail empty
m_bad=$(grep -E '(^|/)\.\.(/|$)' "$m_tmp/names" | head -n 1)
[ -z "$m_bad" ] || m_fail leaves "$m_bad"`,
    ...(params.list_files ? [sh`[ "$(wc -c <"$m_tmp/names")" -le ${LIST_LIMIT} ] || m_fail long`] : []),
  ])
}
