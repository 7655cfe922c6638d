import { assignPath } from '../../probes/expand-path.ts'
import { lines, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { commandParameters, commandReturns } from '../commands/command-parameters.ts'
import { commandOutcome, notNeeded, notRun, unknowable } from '../commands/command-result.ts'
import { changeDirectory, commandProbes, commandRepeatable, commandState } from '../commands/command-state.ts'
import { commandInput } from '../commands/stdin.ts'
import { defineModule } from '../module.ts'

export default defineModule({
  name: 'shell',
  runsOn: 'host',
  documentation: {
    summary: "Runs a text with the host's shell.",
    notes: [
      'Changed whenever it runs: say with creates, removes or changed_when what it does.',
      'The text goes to `/bin/sh -c`; name another shell with executable.',
    ],
    examples: `
- name: how many
  shell: grep -c ^processor /proc/cpuinfo
  register: cpus
  changed_when: false
`,
    returns: commandReturns,
  },
  spec: {
    parameters: {
      cmd: { type: 'str', doc: 'The text to run; may stand behind the module’s name.' },
      executable: { type: 'path', default: '/bin/sh', doc: 'The shell.' },
      ...commandParameters,
    },
    freeForm: 'cmd',
  },

  observe: commandProbes,
  repeatable: commandRepeatable,

  async *converge(params, answers, context) {
    const state = commandState(answers)
    const { cmd } = params
    if (cmd === undefined || cmd === '') throw new TaskFailure('no command given', { result: { rc: 256 } })
    const needless = notNeeded(params, state, cmd)
    if (needless !== null) return needless
    // The text is one quoted word of `SHELL -c`, so it runs in a shell of its own, whatever it does to it.
    if (unknowable(params, context)) return notRun()
    const output = yield {
      kind: 'run',
      says: 'run a shell command',
      command: cmd,
      ...commandInput(params.stdin, params.stdin_add_newline),
      script: lines([
        ...(params.chdir === undefined ? [] : [changeDirectory(params.chdir, sh`exit 1`)]),
        assignPath('m_x', params.executable),
        sh`exec "$m_x" -c ${cmd}`,
      ]),
    }
    return commandOutcome(output, { cmd, stripEmptyEnds: params.strip_empty_ends })
  },
})
