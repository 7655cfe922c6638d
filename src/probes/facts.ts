import type { ShellText } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import { type Field, readFields } from './fields.ts'
import { type Probe, type ProbeKind, probe } from './probe.ts'
import { WINDOWS_MACHINE } from './windows/machine.ts'

interface Question {
  readonly group: string
  readonly script: ShellText
}

/** What a group's script printed, or why that is of no use. */
interface Printed {
  readonly fields: readonly Field[]
  readonly problem: string | undefined
  /** They are of a Windows host, whatever the group: all that there is. */
  readonly windows?: true
}

const kind: ProbeKind<Question, Printed> = {
  name: 'facts',
  // Who gathers keeps what was true then; who asks again wants to see what has changed.
  subjects: 'anything',
  key: ({ group, script }) => `${group} ${script.reveal()}`,
  posix: {
    // A step each, so that what cannot be read of one group hurts no other.
    alone: true,
    script: ([question]) => (question as Question).script,
    read: (output, [question]) => {
      try {
        return [{ fields: readFields(output, `gather facts (${question?.group})`), problem: undefined }]
      } catch (error) {
        if (error instanceof TaskFailure) return [{ fields: [], problem: error.message }]
        throw error
      }
    },
  },
  // One script for all groups, which are made of the same few places there.
  powershell: {
    script: () => WINDOWS_MACHINE,
    read: (output, all) => {
      const fields = readFields(output, 'gather facts')
      return all.map(() => ({ fields, problem: undefined, windows: true }))
    },
  },
}

/**
 * What a group of facts is made of, as fields. The script runs in the resident shell itself: see {@link PosixForm}.
 * @param group its name, for messages
 */
export function factFields(group: string, script: ShellText): Probe<Printed> {
  return probe(kind, { group, script })
}
