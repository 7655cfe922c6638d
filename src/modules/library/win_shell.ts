import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { commandReturns } from '../commands/command-parameters.ts'
import { commandOutcome, notNeeded, notRun, unknowable } from '../commands/command-result.ts'
import { commandRepeatable } from '../commands/command-state.ts'
import { plain } from '../host/text.ts'
import { defineModule } from '../module.ts'
import {
  windowsCommandParameters,
  windowsCommandProbes,
  windowsCommandState,
} from '../windows/command-task.ts'
import { programOutput, runProgram } from '../windows/run-program.ts'

/** So that what it prints is read as what it is, whatever the console's code page. */
const PREFIX =
  '$ProgressPreference = "SilentlyContinue"; try { [Console]::OutputEncoding = New-Object Text.UTF8Encoding $false } catch {}\n'

/** Characters of a text that fit into a command line of Windows, encoded. */
const MOST = 11_000

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
  repeatable: ({ creates, removes }) =>
    commandRepeatable({ creates: plain(creates), removes: plain(removes) }),

  async *converge(params, answers, context) {
    const { cmd } = params
    if (cmd === undefined || plain(cmd) === '')
      throw new TaskFailure('no command given', { result: { rc: 256 } })
    const wish = {
      chdir: plain(params.chdir),
      creates: plain(params.creates),
      removes: plain(params.removes),
    }
    const needless = notNeeded(wish, windowsCommandState(answers), cmd)
    if (needless !== null) return needless
    if (unknowable(wish, context)) return notRun()
    const other = plain(params.executable)
    const own = other === undefined || /(?:^|[\\/])powershell(?:\.exe)?$/i.test(other)
    if (own && plain(cmd).length > MOST)
      throw new TaskFailure(`the text has more than ${MOST} characters`, {
        hint: 'put it into a file with win_copy, and run that',
      })
    const words = own
      ? [
          ...(params.no_profile ? ['-NoProfile'] : []),
          ...(params.stdin === undefined ? ['-NonInteractive'] : []),
          ...['-ExecutionPolicy', 'Bypass', '-EncodedCommand'],
          Buffer.from(PREFIX + plain(cmd), 'utf16le').toString('base64'),
        ].join(' ')
      : `/c ${plain(cmd)}`
    const output = programOutput(
      yield {
        kind: 'run',
        says: 'run a shell command',
        script: runProgram({
          file: other ?? 'powershell.exe',
          arguments: cmd instanceof Secret ? new Secret(words, { from: [cmd] }) : words,
          folder: wish.chdir,
          stdin: params.stdin,
          encoding: params.output_encoding_override ?? (own ? 'utf-8' : undefined),
        }),
      },
    )
    return commandOutcome(output, { cmd, stripEmptyEnds: false })
  },
})
