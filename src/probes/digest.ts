import { lines, type ShellText, sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { rememberedFunction } from './digest-cache.ts'
import { assignPath } from './expand-path.ts'
import { MOVED, type Probe, type ProbeKind, probe } from './probe.ts'

/** What can be told of a file's content, links followed. */
export type Digest =
  | { readonly kind: 'file' /** Hex, 64 digits. */; readonly sha256: string }
  /** Nothing there, or no regular file. */
  | { readonly kind: 'no-file' }
  | { readonly kind: 'unreadable' }

/**
 * `m_digest_of` prints a line on the file in `m_p`: `n` no file, `u` unreadable, `d` its sum follows in order, or `a`
 * and the sum itself, for what is remembered and for names that would break the lines of the tool's output.
 */
const FUNCTIONS: ShellText = lines([
  rememberedFunction,
  sh`m_sum() { m_s=$({ sha256sum || busybox sha256sum || shasum -a 256 || openssl dgst -sha256 -r; } <"$m_p" 2>/dev/null); printf '%s' "\${m_s%% *}"; }
m_digest_of() {
  if [ ! -f "$m_p" ]; then printf 'n\n'; return 1; fi
  if [ ! -r "$m_p" ]; then printf 'u\n'; return 1; fi
  case $m_p in *\\*|*'
'*) printf 'a%s\n' "$(m_sum)"; return 1 ;; esac
  if m_remembered; then printf 'a%s\n' "$m_digest"; return 1; fi
  printf 'd\n'
}`,
])

const kind: ProbeKind<string, Digest> = {
  name: 'digest',
  subjects: ['files', 'accounts'],
  key: (path) => path,
  posix: {
    script: (paths) =>
      lines([
        FUNCTIONS,
        sh`set --`,
        ...paths.map((path) => sh`${assignPath('m_p', path)}; m_digest_of && set -- "$@" "$m_p"`),
        // Without an argument sha256sum would read standard input.
        sh`if [ $# = 0 ]; then :
elif command -v sha256sum >/dev/null 2>&1; then sha256sum -- "$@" 2>/dev/null
else for m_p; do m_sum; printf '\n'; done; fi
:`,
      ]),
    read: readAll,
  },
}

/** The SHA-256 of a file at a path of type path, links followed. All files of a request cost one process. */
export function digest(path: string): Probe<Digest> {
  return probe(kind, path)
}

function readAll(output: Output, paths: readonly string[]): (Digest | TaskFailure | typeof MOVED)[] {
  const rows = output.stdout.toString('latin1').split('\n')
  const flags = rows.slice(0, paths.length)
  const sums = rows.slice(paths.length, -1).map((row) => /^([0-9a-f]{64})(?: |$)/.exec(row)?.[1])
  if (flags.length !== paths.length || flags.some((flag) => !/^(?:[nud]|a[0-9a-f]*)$/.test(flag)))
    throw new TaskFailure("look at the content of files: the host's answer makes no sense")
  const wanted = flags.filter((flag) => flag === 'd').length
  const several = paths.length > 1
  if (several && (sums.length !== wanted || sums.includes(undefined))) return paths.map(() => MOVED)
  let at = 0
  return flags.map((flag, index) => {
    if (flag === 'n') return { kind: 'no-file' }
    if (flag === 'u') return { kind: 'unreadable' }
    const sha256 = flag === 'd' ? sums[at++] : /^a([0-9a-f]{64})$/.exec(flag)?.[1]
    return sha256 === undefined ? noSum(paths[index] as string) : { kind: 'file', sha256 }
  })
}

function noSum(path: string): TaskFailure {
  return new TaskFailure(
    `cannot compute the checksum of ${path}: neither sha256sum nor openssl worked on the host`,
  )
}
