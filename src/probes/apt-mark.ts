import { sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

const STATES = '/var/lib/apt/extended_states'

const kind: ProbeKind<string, boolean> = {
  name: 'apt-mark',
  subjects: ['packages', 'files'],
  key: (name) => name,
  posix: {
    script: (names) => {
      const words = names.flatMap((name) => ['-e', `/^Package: ${pattern(bare(name))}$/,/^$/p`])
      return sh`[ ! -r ${STATES} ] || LC_ALL=C sed -n ${words} ${STATES}`
    },
    read: readAll,
  },
}

/** Whether a package is marked as installed for another one's sake. All of a request cost one process. */
export function aptAutomatic(name: string): Probe<boolean> {
  return probe(kind, name)
}

const bare = (name: string) => name.replace(/:[^:]*$/, '')

/** A name in a basic regular expression; of its characters only the dot means something there. */
function pattern(name: string): string {
  return name.replaceAll('.', '\\.')
}

function readAll(output: Output, names: readonly string[]): (boolean | TaskFailure)[] {
  if (output.truncated || output.timedOut)
    throw new TaskFailure("read apt's marks: the host printed too much")
  const automatic = new Set<string>()
  let name = ''
  for (const line of output.stdout.toString('utf8').split('\n')) {
    if (line.startsWith('Package: ')) name = line.slice('Package: '.length)
    else if (line === 'Auto-Installed: 1') automatic.add(name)
  }
  return names.map((one) => automatic.has(bare(one)))
}
