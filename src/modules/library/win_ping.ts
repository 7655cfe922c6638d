import { powerShellFailure } from '../../probes/windows/rows.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'win_ping',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  checkMode: 'run',
  documentation: {
    summary: 'Tells whether a Windows host is reached and runs PowerShell.',
    examples: `
- name: is it there
  win_ping:
`,
    returns: { ping: 'data' },
  },
  spec: { parameters: { data: { type: 'str', default: 'pong', doc: 'What is given back; `crash` fails.' } } },
  observe: nothingToObserve,
  async *converge({ data }) {
    const output = yield {
      kind: 'run',
      says: 'ping',
      silent: true,
      touches: [],
      script: ps`if(${data} -ceq 'crash'){throw 'boom'}; w ${data}`,
    }
    if (output.rc !== 0) throw powerShellFailure(output, 'ping')
    return { result: { ping: data } }
  },
})
