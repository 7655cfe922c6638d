import { runner } from '../../probes/account.ts'
import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'wait_for_connection',
  runsOn: 'host',
  checkMode: 'run',
  documentation: {
    summary: 'Waits until the host is reached and lets the wanted user in.',
    notes: [
      'Whatever is in the way counts as not there yet, refused users too: a machine that boots does that.',
      'Set gather_facts: false for a play that begins with it, since facts are read before.',
    ],
    examples: `
- name: it may still boot
  wait_for_connection: { timeout: 300 }
`,
    returns: { elapsed: 'whole seconds waited' },
  },
  spec: {
    parameters: {
      connect_timeout: { type: 'int', default: 5, doc: 'Seconds for one attempt.' },
      delay: { type: 'int', default: 0, doc: 'Seconds before the first.' },
      sleep: { type: 'int', default: 1, doc: 'Seconds between them.' },
      timeout: { type: 'int', default: 600, doc: 'Seconds for all.' },
    },
  },
  observe: nothingToObserve,
  async *converge({ connect_timeout: attempt, delay, sleep, timeout }) {
    const started = performance.now()
    yield {
      kind: 'reconnect',
      says: 'wait for the host',
      again: { probes: { runner: runner() }, wanted: () => true, delay, sleep, attempt, timeout },
    }
    return { result: { elapsed: Math.floor((performance.now() - started) / 1000) } }
  },
})
