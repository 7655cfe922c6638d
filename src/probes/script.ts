import { type ShellText, sh } from '../shell/sh.ts'
import type { Output } from '../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

const kind: ProbeKind<ShellText, Output> = {
  name: 'script',
  subjects: 'anything',
  key: (script) => script.reveal(),
  posix: {
    alone: true,
    // A subshell: what a script sets, leaves or ends stays its own.
    script: ([script]) => sh`( ${script!}
)`,
    read: (output) => [output],
  },
}

/**
 * For what has no kind of its own: a script that changes nothing, in a subshell with nothing there but POSIX sh, and a
 * reader of its output (exit status and bytes as the host sent them). It costs a process and what it starts, on every look.
 */
export function scriptProbe<A>(text: ShellText, parse: (output: Output) => A): Probe<A> {
  return probe(kind, text, parse)
}
