import { ps } from '../shell/powershell/ps.ts'
import { lines, sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

const kind: ProbeKind<string, boolean> = {
  name: 'command',
  subjects: ['files', 'packages'],
  key: (name) => name,
  posix: {
    script: (names) =>
      lines(names.map((name) => sh`command -v ${name} >/dev/null 2>&1 && printf y || printf n`)),
    read: readFlags,
  },
  powershell: {
    script: (names) =>
      ps`foreach($n in ${names}){if(Get-Command -Name $n -CommandType Application -ErrorAction SilentlyContinue){w 'y'}else{w 'n'}}`,
    read: readFlags,
  },
}

function readFlags(output: Output, names: readonly string[]): boolean[] {
  const flags = output.stdout.toString('latin1')
  if (flags.length !== names.length || !/^[yn]*$/.test(flags))
    throw new TaskFailure("look for programs: the host's answer cannot be read")
  return [...flags].map((flag) => flag === 'y')
}

/** Whether a program is on the PATH. Costs no process. */
export function command(name: string): Probe<boolean> {
  return probe(kind, name)
}
