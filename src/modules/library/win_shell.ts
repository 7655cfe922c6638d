import { joinTexts, mapText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { commandReturns } from '../commands/command-parameters.ts'
import { commandOutcome } from '../commands/command-result.ts'
import { commandRepeatable } from '../commands/command-state.ts'
import { defineModule } from '../module.ts'
import {
  beforeWindowsCommand,
  windowsCommandParameters,
  windowsCommandProbes,
} from '../windows/command-task.ts'
import { programOutput, runProgram } from '../windows/run-program.ts'

/** So that what it prints is read as what it is, whatever the console's code page. */
const PREFIX =
  '$ProgressPreference = "SilentlyContinue"; try { [Console]::OutputEncoding = New-Object Text.UTF8Encoding $false } catch {}\n'

/** Characters of a text that fit into a command line of Windows, encoded. */
const MOST = 11_000
const TOO_LONG = new RegExp(`^.{${MOST + 1}}`, 's')

export default defineModule({
  name: 'win_shell',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Runs a text with Windows PowerShell, or with another shell, on a Windows host.',
    notes: [
      'Changed whenever it runs: say with creates, removes or changed_when what it does.',
      'The text is a script: Windows may keep it in its logs of scripts, and it is in the command line of the PowerShell that runs it. Give secrets to it by stdin or environment.',
      'The profile is loaded unless no_profile says otherwise, as in Ansible.',
    ],
    examples: `
- name: how much room
  win_shell: (Get-PSDrive C).Free
  register: free
  changed_when: false
- name: with cmd.exe
  win_shell: dir /b C:\\
  args: { executable: cmd }
  changed_when: false
`,
    returns: commandReturns,
  },
  spec: {
    parameters: {
      cmd: {
        type: 'str',
        aliases: ['_raw_params'],
        doc: 'The text to run; may stand behind the module’s name.',
      },
      executable: { type: 'str', doc: 'Another shell; it gets `/c` and the text.' },
      no_profile: { type: 'bool', default: false, doc: 'Do not load the profile of PowerShell.' },
      ...windowsCommandParameters,
    },
    freeForm: 'cmd',
  },
  observe: windowsCommandProbes,
  repeatable: commandRepeatable,

  async *converge(params, answers, context) {
    const cmd = params.cmd ?? ''
    const instead = beforeWindowsCommand(cmd, params, answers, context)
    if (instead !== undefined) return instead
    const { executable } = params
    const own = executable === undefined || textMatches(executable, /(?:^|[\\/])powershell(?:\.exe)?$/i)
    if (own && textMatches(cmd, TOO_LONG))
      throw new TaskFailure(`the text has more than ${MOST} characters`, {
        hint: 'put it into a file with win_copy, and run that',
      })
    const options = [
      ...(params.no_profile ? ['-NoProfile'] : []),
      ...(params.stdin === undefined ? ['-NonInteractive'] : []),
      ...['-ExecutionPolicy', 'Bypass', '-EncodedCommand'],
    ]
    const encoded = mapText(cmd, (text) => Buffer.from(PREFIX + text, 'utf16le').toString('base64'))
    const output = programOutput(
      yield {
        kind: 'run',
        says: 'run a shell command',
        script: runProgram({
          file: executable ?? 'powershell.exe',
          arguments: own ? joinTexts([...options, encoded], ' ') : joinTexts(['/c ', cmd]),
          folder: params.chdir,
          stdin: params.stdin,
          encoding: params.output_encoding_override ?? (own ? 'utf-8' : undefined),
        }),
      },
    )
    return commandOutcome(output, { cmd, stripEmptyEnds: false })
  },
})
