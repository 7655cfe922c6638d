import { ps } from '../shell/powershell/ps.ts'
import { lines, type ShellText, sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { rememberedFunction } from './digest-cache.ts'
import { assignPath, type HostPath, pathKey, shownPath } from './expand-path.ts'
import { MOVED, mapProbe, type Probe, type ProbeKind, probe } from './probe.ts'
import { windowsPath } from './windows/path.ts'
import { windowsRows } from './windows/rows.ts'

/** Why there is no digest: nothing there or no regular file, or one that the asking user may not read. */
type NoDigest = { readonly kind: 'no-file' } | { readonly kind: 'unreadable' }

/** What can be told of a file's content, links followed. */
export type Digest = { readonly kind: 'file' /** Hex, 64 digits. */; readonly sha256: string } | NoDigest

/** The same by any algorithm. */
export type Checksum = { readonly kind: 'file'; readonly hex: string } | NoDigest

const ALGORITHMS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const

export type DigestAlgorithm = (typeof ALGORITHMS)[number]

/** Whether hosts can be asked for digests of that name: md5, sha1, sha224, sha256, sha384, sha512. */
export function isDigestAlgorithm(name: string): name is DigestAlgorithm {
  return (ALGORITHMS as readonly string[]).includes(name)
}

/**
 * `m_digest_of` prints a line on the file in `m_p`: `n` no file, `u` unreadable, `d` its sum follows in order, or `a`
 * and the sum itself, for what is remembered and for names that would break the lines of the tool's output.
 */
function functions(algorithm: DigestAlgorithm): ShellText {
  const remembered =
    algorithm === 'sha256' ? sh`if m_remembered; then printf 'a%s\n' "$m_digest"; return 1; fi` : sh`:`
  const functions = sh`m_sum() { m_s=$({ ${`${algorithm}sum`} || busybox ${`${algorithm}sum`} || openssl dgst ${`-${algorithm}`} -r; } <"$m_p" 2>/dev/null); printf '%s' "\${m_s%% *}"; }
m_digest_of() {
  if [ ! -f "$m_p" ]; then printf 'n\n'; return 1; fi
  if [ ! -r "$m_p" ]; then printf 'u\n'; return 1; fi
  case $m_p in *\\*|*'
'*) printf 'a%s\n' "$(m_sum)"; return 1 ;; esac
  ${remembered}
  printf 'd\n'
}`
  return algorithm === 'sha256' ? lines([rememberedFunction, functions]) : functions
}

function kindOf(algorithm: DigestAlgorithm): ProbeKind<HostPath, Checksum> {
  const tool = `${algorithm}sum`
  return {
    name: algorithm,
    subjects: ['files', 'accounts'],
    key: pathKey,
    posix: {
      script: (paths) =>
        lines([
          functions(algorithm),
          sh`set --`,
          ...paths.map((path) => sh`${assignPath('m_p', path)}; m_digest_of && set -- "$@" "$m_p"`),
          // Without an argument the tool would read standard input.
          sh`if [ $# = 0 ]; then :
elif command -v ${tool} >/dev/null 2>&1; then ${tool} -- "$@" 2>/dev/null
else for m_p; do m_sum; printf '\n'; done; fi
:`,
        ]),
      read: readAll,
    },
    powershell: {
      script: (paths) => ps`foreach($p in ${paths.map(windowsPath)}){
  try{
    $q=m_path $p
    if(-not [IO.File]::Exists($q)){f 'n';continue}
    f (m_hash $q ${algorithm.toUpperCase()})
  }catch{f 'u'}
}`,
      read: (output, paths) =>
        windowsRows(output, 'the content of files', 1, paths.length).map(([sum = '']) => {
          if (sum === 'n') return { kind: 'no-file' }
          return /^[0-9a-f]{32,128}$/.test(sum) ? { kind: 'file', hex: sum } : { kind: 'unreadable' }
        }),
    },
  }
}

const KINDS = new Map(ALGORITHMS.map((name) => [name, kindOf(name)]))

/** The SHA-256 of a file at a path of type path, links followed. All files of a request cost one process. */
export function digest(path: HostPath): Probe<Digest> {
  return mapProbe(checksum(path, 'sha256'), (sum) =>
    sum.kind === 'file' ? { kind: 'file', sha256: sum.hex } : sum,
  )
}

/** The same by another algorithm; a process an algorithm. */
export function checksum(path: HostPath, algorithm: DigestAlgorithm): Probe<Checksum> {
  return probe(KINDS.get(algorithm) as ProbeKind<HostPath, Checksum>, path)
}

function readAll(output: Output, paths: readonly HostPath[]): (Checksum | TaskFailure | typeof MOVED)[] {
  const rows = output.stdout.toString('latin1').split('\n')
  const flags = rows.slice(0, paths.length)
  const sums = rows.slice(paths.length, -1).map((row) => /^([0-9a-f]{32,128})(?: |$)/.exec(row)?.[1])
  if (flags.length !== paths.length || flags.some((flag) => !/^(?:[nud]|a[0-9a-f]*)$/.test(flag)))
    throw new TaskFailure("look at the content of files: the host's answer cannot be read")
  const wanted = flags.filter((flag) => flag === 'd').length
  const several = paths.length > 1
  if (several && (sums.length !== wanted || sums.includes(undefined))) return paths.map(() => MOVED)
  let at = 0
  return flags.map((flag, index) => {
    if (flag === 'n') return { kind: 'no-file' }
    if (flag === 'u') return { kind: 'unreadable' }
    const hex = flag === 'd' ? sums[at++] : /^a([0-9a-f]{32,128})$/.exec(flag)?.[1]
    return hex === undefined ? noSum(shownPath(paths[index] as HostPath)) : { kind: 'file', hex }
  })
}

function noSum(path: string): TaskFailure {
  return new TaskFailure(`cannot compute the checksum of ${path}: no tool for it worked on the host`, {
    hint: 'install coreutils or openssl',
  })
}
