import { madeFrom, revealText, Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { commandReturns } from '../commands/command-parameters.ts'
import { commandOutcome } from '../commands/command-result.ts'
import { commandRepeatable } from '../commands/command-state.ts'
import { defineModule } from '../module.ts'
import { programAndRest, windowsArguments } from '../windows/arguments.ts'
import {
  beforeWindowsCommand,
  windowsCommandParameters,
  windowsCommandProbes,
} from '../windows/command-task.ts'
import { programOutput, runProgram, whyNotStarted } from '../windows/run-program.ts'

export default defineModule({
  name: 'win_command',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Runs a program with its arguments on a Windows host, without a shell.',
    notes: [
      'Changed whenever it runs: say with creates, removes or changed_when what it does.',
      '`%NAME%`, pipes and redirections mean nothing: use win_shell for them.',
      'rc has all 32 bits of the exit code, signed, as Windows shows it.',
    ],
    examples: `
- name: services
  win_command: sc.exe query AmazonSSMAgent
  register: agent
  changed_when: false
- name: with a blank in an argument
  win_command:
    argv: ['C:\\Program Files\\App\\app.exe', --data, 'D:\\some data']
`,
    returns: commandReturns,
  },
  spec: {
    parameters: {
      cmd: {
        type: 'str',
        aliases: ['_raw_params'],
        doc: 'The command line; may stand behind the module’s name.',
      },
      argv: { type: 'list', elements: 'str', doc: 'The command as a list of words.' },
      ...windowsCommandParameters,
    },
    mutuallyExclusive: [['cmd', 'argv']],
    freeForm: 'cmd',
  },
  observe: windowsCommandProbes,
  repeatable: commandRepeatable,

  async *converge(params, answers, context) {
    const cmd = params.argv === undefined ? (params.cmd ?? '') : windowsArguments(params.argv)
    const { program, rest } = programAndRest(revealText(cmd))
    const instead = beforeWindowsCommand(program === '' ? '' : cmd, params, answers, context)
    if (instead !== undefined) return instead
    const output = programOutput(
      yield {
        kind: 'run',
        says: cmd instanceof Secret ? 'run a command' : `run ${program}`,
        script: runProgram({
          file: madeFrom(program, [cmd]),
          arguments: madeFrom(rest, [cmd]),
          folder: params.chdir,
          stdin: params.stdin,
          encoding: params.output_encoding_override,
        }),
      },
    )
    const why = whyNotStarted(output)
    if (why !== undefined)
      throw new TaskFailure(`cannot run ${program}: ${why}`, {
        result: {
          changed: false,
          rc: output.rc,
          cmd,
          stdout: '',
          stderr: '',
          stdout_lines: [],
          stderr_lines: [],
        },
        hint: 'give its whole path, or look at the PATH of the login user',
      })
    return commandOutcome(output, { cmd, stripEmptyEnds: false })
  },
})
