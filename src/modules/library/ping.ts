import { runner } from '../../probes/account.ts'
import { sameText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
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
    if (sameText(data, 'crash')) throw new TaskFailure('boom')
    return { result: { ping: data } }
  },
})
