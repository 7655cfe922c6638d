import { runner } from '../../probes/account.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { plain } from '../host/text.ts'
import { defineModule } from '../module.ts'

export default defineModule({
  name: 'ping',
  runsOn: 'host',
  checkMode: 'run',
  documentation: {
    summary: 'Tells whether a host is reached, and whether the wanted user is become there.',
    examples: `
- name: is it reached
  ping:
`,
    returns: { ping: 'data' },
  },
  spec: { parameters: { data: { type: 'str', default: 'pong', doc: 'What is given back; `crash` fails.' } } },

  observe: () => ({ runner: runner() }),

  // biome-ignore lint/correctness/useYield: it only looks
  async *converge({ data }) {
    if (plain(data) === 'crash') throw new TaskFailure('boom')
    return { result: { ping: data } }
  },
})
