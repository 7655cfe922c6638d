import type { ShellText } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import { type Field, readFields } from './fields.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'

interface Question {
  readonly group: string
  readonly script: ShellText
}

const kind: ProbeKind<Question, readonly Field[]> = {
  name: 'facts',
  // They are what was true when they were gathered, as in Ansible; whoever wants them anew asks anew.
  subjects: [],
  key: ({ group, script }) => `${group} ${script.reveal()}`,
  posix: {
    // A step each, so that what cannot be read of one group hurts no other.
    alone: true,
    script: ([question]) => (question as Question).script,
    read: (output, [question]) => {
      try {
        return [readFields(output, `gather facts (${question?.group})`)]
      } catch (error) {
        if (error instanceof TaskFailure) return [error]
        throw error
      }
    },
  },
}

/**
 * What a group of facts is made of, as fields. The script runs in the resident shell itself: see {@link PosixForm}.
 * @param group its name, for messages
 */
export function factFields(group: string, script: ShellText): Probe<readonly Field[]> {
  return probe(kind, { group, script })
}
