import { setTimeout as sleep } from 'node:timers/promises'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'pause',
  runsOn: 'controller',
  checkMode: 'run',
  documentation: {
    summary: 'Waits some time.',
    notes: [
      'Each host waits when its turn has come, all of a batch at once.',
      'muster asks nothing while it runs, so that there is no prompt: put what needs a person’s word into a playbook of its own, or wait for a file with wait_for.',
    ],
    examples: `
- name: let it settle
  pause: { seconds: 10 }
`,
    returns: { 'delta, start, stop': 'whole seconds waited, and when', user_input: 'always empty' },
  },
  spec: {
    parameters: {
      seconds: { type: 'int', doc: 'How many seconds.' },
      minutes: { type: 'int', doc: 'How many minutes.' },
    },
    mutuallyExclusive: [['seconds', 'minutes']],
    requiredOneOf: [['seconds', 'minutes']],
  },
  observe: nothingToObserve,
  async *converge({ seconds, minutes }) {
    const wanted = seconds ?? (minutes ?? 0) * 60
    if (wanted < 0) throw new TaskFailure(`pause takes a number of seconds, not ${wanted}`)
    const start = Date.now()
    yield {
      kind: 'wait',
      says: `pause ${wanted} s`,
      call: async (signal) => {
        await sleep(wanted * 1000, undefined, { signal })
        return null
      },
    }
    const stop = Date.now()
    return {
      result: {
        delta: Math.floor((stop - start) / 1000),
        start: new Date(start).toISOString(),
        stop: new Date(stop).toISOString(),
        echo: true,
        rc: 0,
        stderr: '',
        stdout: `Paused for ${(stop - start) / 1000} seconds`,
        user_input: '',
      },
    }
  },
})
