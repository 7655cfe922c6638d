import { lines, sh } from '../../shell/sh.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { commandParameters, commandReturns } from '../commands/command-parameters.ts'
import { commandOutcome, notNeeded, notRun, unknowable } from '../commands/command-result.ts'
import { changeDirectory, commandProbes, commandRepeatable, commandState } from '../commands/command-state.ts'
import { splitWords } from '../commands/split-words.ts'
import type { ControllerFile } from '../controller-files.ts'
import { readAll } from '../files/content/content.ts'
import { shownPart } from '../host/text.ts'
import { defineModule, type ModuleContext } from '../module.ts'
import type { Text } from '../parameters.ts'

/** A script this long is no script. */
const LIMIT = 1024 * 1024

export default defineModule({
  name: 'script',
  runsOn: 'host',
  source: { parameter: 'cmd', folder: 'files', firstWord: true },
  documentation: {
    summary: 'Runs a script of the controller on the host.',
    notes: [
      'The script goes to its interpreter on standard input, so no file of it is left on the host; what it reads from standard input itself is empty.',
      'Changed whenever it runs: say with creates, removes or changed_when what it does.',
      'The interpreter is the one of its first line (`#!`), /bin/sh without one, or executable.',
    ],
    examples: `
- name: once
  script: { cmd: prepare.sh --full, creates: /var/lib/prepared }
`,
    returns: commandReturns,
  },
  spec: {
    parameters: {
      cmd: {
        type: 'str',
        doc: 'Script on the controller and its arguments; may stand behind the module’s name.',
      },
      executable: { type: 'str', doc: 'Interpreter to run it with.' },
      chdir: commandParameters.chdir,
      creates: commandParameters.creates,
      removes: commandParameters.removes,
    },
    freeForm: 'cmd',
  },

  observe: commandProbes,
  repeatable: commandRepeatable,

  async *converge(params, answers, context) {
    const state = commandState(answers)
    const [name, ...words] = splitWords(revealText(params.cmd) ?? '')
    if (name === undefined) throw new TaskFailure('no command given')
    const file = await findScript(params.cmd ?? '', name, context)
    if (file.size > LIMIT)
      throw new TaskFailure(
        `${shownPart(params.cmd ?? '', name)} is larger than ${LIMIT} bytes; copy it and run it with command`,
      )
    const needless = notNeeded(params, state, params.cmd ?? '')
    if (needless !== null) return { ...needless, skipped: true }
    const text = await readAll(file)
    const interpreter = revealText(params.executable)?.split(' ') ?? firstLine(text) ?? ['/bin/sh']
    if (unknowable(params, context)) return notRun()
    const output = yield {
      kind: 'run',
      says: `run script ${shownPart(params.cmd ?? '', name)}`,
      stdin: text,
      script: lines([
        ...(params.chdir === undefined ? [] : [changeDirectory(params.chdir, sh`exit 1`)]),
        sh`exec ${interpreter} ${readsStandardInput(interpreter)} ${words}`,
      ]),
    }
    return commandOutcome(output, { cmd: params.cmd ?? '', stripEmptyEnds: false })
  },
})

/** @throws TaskFailure which names the places searched, unless they hold a part of a secret */
async function findScript(cmd: Text, name: string, context: ModuleContext): Promise<ControllerFile> {
  try {
    return await context.files.find('files', name)
  } catch (error) {
    if (!(error instanceof TaskFailure) || typeof cmd === 'string') throw error
    throw new TaskFailure(`Could not find or access '${shownPart(cmd, name)}'`)
  }
}

function firstLine(text: Buffer): string[] | undefined {
  const match = /^#! *(\S+)[ \t]*([^\n]*)/.exec(text.subarray(0, 256).toString('utf8'))
  if (match === null) return undefined
  const rest = match[2]!.trim()
  return rest === ''
    ? [match[1]!]
    : match[1]!.endsWith('/env')
      ? [match[1]!, ...rest.split(/\s+/)]
      : [match[1]!, rest]
}

/** How an interpreter is told to read its program from standard input and leave the other words to it. */
function readsStandardInput(interpreter: readonly string[]): string {
  const program = interpreter.at(-1)!.split('/').at(-1)!
  return /^(?:da|ba|z|k|a)?sh$/.test(program) ? '-s' : '-'
}
