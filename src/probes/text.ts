import { ps } from '../shell/powershell/ps.ts'
import { sh } from '../shell/sh.ts'
import { hostFailure } from '../values/host-failure.ts'
import type { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { assignPath, type HostPath, pathKey, shownPath } from './expand-path.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'
import { windowsPath } from './windows/path.ts'

interface Question {
  readonly path: HostPath
  readonly limit: number
}

/** What a file holds, links followed. */
export type Text =
  | { readonly kind: 'file'; readonly bytes: Buffer }
  | { readonly kind: 'missing' }
  | { readonly kind: 'no-file' }
  | { readonly kind: 'unreadable' }
  /** It has more bytes than the limit. */
  | { readonly kind: 'large' }

const STATES: Readonly<Record<number, Text>> = {
  91: { kind: 'missing' },
  92: { kind: 'no-file' },
  93: { kind: 'unreadable' },
}

const kind: ProbeKind<Question, Text> = {
  name: 'text',
  subjects: ['files', 'accounts'],
  key: ({ path, limit }) => `${limit} ${pathKey(path)}`,
  posix: {
    alone: true,
    script: ([question]) => {
      const { path, limit } = question as Question
      return sh`${assignPath('m_p', path)}
m_state() { return "$1"; }
if [ ! -e "$m_p" ]; then m_state 91
elif [ ! -f "$m_p" ]; then m_state 92
elif [ ! -r "$m_p" ]; then m_state 93
else head -c ${limit + 1} <"$m_p"; fi`
    },
    read: (output, [question]) => [readText(output, question as Question)],
  },
  powershell: {
    alone: true,
    script: ([question]) => {
      const { path, limit } = question as Question
      return ps`$q=m_path ${windowsPath(path)}
if([IO.Directory]::Exists($q)){$global:m_rc=92;return}
if(-not [IO.File]::Exists($q)){$global:m_rc=91;return}
try{$s=New-Object IO.FileStream $q,'Open','Read','ReadWrite,Delete'}catch [UnauthorizedAccessException],[IO.IOException]{$global:m_rc=93;return}
try{
  $x=New-Object byte[] ${limit + 1}
  $n=0
  while($n -lt $x.Length -and ($g=$s.Read($x,$n,$x.Length-$n)) -gt 0){$n+=$g}
  $m_out.Write($x,0,$n)
}finally{$s.Dispose()}`
    },
    read: (output, [question]) => [readText(output, question as Question)],
  },
}

/**
 * The bytes of a file at a path of type path.
 * @param limit bytes; a file that has more is `large`. At most 1,000,000, for it has to fit into an answer.
 */
export function text(path: HostPath, limit: number): Probe<Text> {
  return probe(kind, { path, limit })
}

function readText(output: Output, { path, limit }: Question): Text | TaskFailure {
  if (output.rc === 0)
    return output.truncated || output.stdout.length > limit
      ? { kind: 'large' }
      : { kind: 'file', bytes: output.stdout }
  const state = output.rc === null ? undefined : STATES[output.rc]
  if (state !== undefined) return state
  return hostFailure(`cannot read ${shownPath(path)}`, output)
}
