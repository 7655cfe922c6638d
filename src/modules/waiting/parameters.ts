import { setTimeout as sleep } from 'node:timers/promises'
import type { Action } from '../module.ts'
import type { ParameterSpec } from '../parameters.ts'

/** What wait_for and win_wait_for both wait by, beside what they look at. Times are in seconds. */
export const WAIT_PARAMETERS = {
  host: { type: 'str', default: '127.0.0.1', doc: 'Host whose port is meant, as seen from the host.' },
  port: { type: 'int', doc: 'TCP port.' },
  state: {
    type: 'str',
    choices: ['absent', 'drained', 'present', 'started', 'stopped'],
    default: 'started',
    doc: 'started and present: it answers or is there; stopped and absent: not; drained: no connections.',
  },
  timeout: { type: 'int', default: 300, doc: 'Seconds to wait at most.' },
  connect_timeout: { type: 'int', default: 5, doc: 'Seconds for one attempt.' },
  delay: { type: 'int', default: 0, doc: 'Seconds before the first look.' },
  sleep: { type: 'int', default: 1, doc: 'Seconds between looks.' },
} as const satisfies ParameterSpec['parameters']

/** An action that lets time pass, and other hosts be worked on meanwhile. */
export function pause(seconds: number): Action {
  return {
    kind: 'wait',
    says: `wait ${seconds} s`,
    call: async (signal) => {
      await sleep(seconds * 1000, undefined, { signal })
      return null
    },
  }
}
