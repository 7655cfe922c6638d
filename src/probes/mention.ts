import { ps } from '../shell/powershell/ps.ts'
import { lines, sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { assignPath } from './expand-path.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

interface Question {
  readonly path: string
  readonly words: string
}

/** Marks stand at the head of a file; what is long is not read to its end. */
const LINES = 100

const kind: ProbeKind<Question, boolean> = {
  name: 'mention',
  subjects: ['files'],
  key: ({ path, words }) => JSON.stringify([path, words]),
  posix: {
    script: (all) =>
      lines([
        sh`m_mentions() {
  m_n=0
  while IFS= read -r m_l || [ -n "$m_l" ]; do
    case $m_l in *"$m_w"*) return 0 ;; esac
    m_n=$((m_n + 1)); [ $m_n -lt ${LINES} ] || return 1
  done
  return 1
}`,
        ...all.map(
          ({ path, words }) =>
            sh`${assignPath('m_p', path)}; m_w=${words}; if [ -f "$m_p" ] && [ -r "$m_p" ] && m_mentions <"$m_p"; then printf y; else printf n; fi`,
        ),
      ]),
    read: readFlags,
  },
  powershell: {
    script: (all) => ps`foreach($q in ${all.map(({ path, words }) => [path, words])}){
  $o='n'
  try{
    $s=New-Object IO.StreamReader (New-Object IO.FileStream (m_path $q[0]),'Open','Read','ReadWrite,Delete')
    try{for($i=0;$i -lt ${LINES};$i++){
      $l=$s.ReadLine()
      if($null -eq $l){break}
      if($l.Contains($q[1])){$o='y';break}
    }}finally{$s.Dispose()}
  }catch{}
  w $o
}`,
    read: readFlags,
  },
}

function readFlags(output: Output, all: readonly Question[]): boolean[] {
  const flags = output.stdout.toString('latin1')
  if (flags.length !== all.length || !/^[yn]*$/.test(flags))
    throw new TaskFailure("look at what files say: the host's answer cannot be read")
  return [...flags].map((flag) => flag === 'y')
}

/** Whether words stand in one of the first hundred lines of a file, links followed. Costs no process. */
export function mention(path: string, words: string): Probe<boolean> {
  return probe(kind, { path, words })
}
