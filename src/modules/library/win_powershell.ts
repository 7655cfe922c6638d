import { powerShellFailure } from '../../probes/windows/rows.ts'
import { rawWindowsScript } from '../../probes/windows/script.ts'
import { loadJson } from '../../template/python/formats/json-load.ts'
import { saidOn } from '../../values/host-failure.ts'
import { joinTexts, Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import { type Dict, dict, isDict, type Value } from '../../values/value.ts'
import { notNeeded } from '../commands/command-result.ts'
import { readAll } from '../files/content/content.ts'
import { contentParameter } from '../files/content/content-parameter.ts'
import { defineModule, look, type ModuleContext, type Outcome } from '../module.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'
import { windowsArguments } from '../windows/arguments.ts'
import {
  windowsCommandParameters,
  windowsCommandProbes,
  windowsCommandState,
} from '../windows/command-task.ts'
import { SCRIPT_CHILD } from '../windows/editing/script-child.ts'
import { programOutput, runProgram, whyNotStarted } from '../windows/run-program.ts'

/** Bytes of a script. */
const LIMIT = 1024 * 1024
const MARK = 'muster-result '

const spec = {
  parameters: {
    script: { type: 'str', doc: 'The script.' },
    path: { type: 'str', doc: 'A file of the controller that holds the script.' },
    parameters: { type: 'dict', default: new Map(), doc: 'Arguments of the script, by their names.' },
    sensitive_parameters: {
      type: 'list',
      elements: 'dict',
      default: [],
      doc: 'Arguments that are secret: name with value (it gets a SecureString), or with username and password (a PSCredential).',
    },
    executable: {
      type: 'str',
      default: 'powershell.exe',
      doc: 'Another PowerShell (`pwsh.exe`, or its whole path).',
    },
    arguments: { type: 'list', elements: 'str', default: [], doc: 'Further arguments of that program.' },
    chdir: windowsCommandParameters.chdir,
    creates: windowsCommandParameters.creates,
    removes: windowsCommandParameters.removes,
    depth: { type: 'int', default: 2, doc: 'How deep what the script gives is told; text below that.' },
    error_action: {
      type: 'str',
      default: 'continue',
      choices: ['silently_continue', 'continue', 'stop'],
      doc: 'What an error that ends nothing does; stop fails the task.',
    },
  },
  mutuallyExclusive: [['script', 'path']],
  requiredOneOf: [['script', 'path']],
} as const satisfies ParameterSpec

export default defineModule({
  name: 'win_powershell',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  source: { parameter: 'path', folder: 'files' },
  documentation: {
    summary: 'Runs a PowerShell script on a Windows host, and tells what it gives.',
    notes: [
      'Changed unless the script says `$Ansible.Changed = $false`; it may also set Failed, Result and Diff, and read CheckMode, Verbosity and Tmpdir.',
      'Check mode runs only a script with `[CmdletBinding(SupportsShouldProcess)]`, with -WhatIf; it says of others that they would run.',
      'Script and values go over standard input of a PowerShell of its own, and are in no command line; Windows may keep the text of scripts in its log of script blocks, so give secrets as sensitive_parameters.',
      'A script on the host (remote_src) is run by win_shell.',
    ],
    examples: `
- name: more than a number
  win_powershell:
    script: |
      param([string]$Name)
      $s = Get-Service -Name $Name
      $Ansible.Changed = $false
      $s.Status.ToString()
    parameters: { Name: sshd }
  register: sshd
`,
    returns: {
      result: 'what the script set as $Ansible.Result',
      output: 'a list of what it gave',
      'error, warning, verbose, debug, information': 'its other streams, as lists',
      'host_out, host_err': 'what was printed past PowerShell',
    },
  },
  spec,
  observe: windowsCommandProbes,
  repeatable: ({ creates, removes }) => creates !== undefined || removes !== undefined,
  async *converge(params, answers, context) {
    const needless = notNeeded(params, windowsCommandState(answers), '')
    if (needless !== null) return { msg: needless.msg ?? '', result: {} }
    const script = params.script ?? (await scriptOf(params.path ?? '', context))
    const run = runProgram({
      file: params.executable,
      arguments: joinTexts(
        [
          '-NoProfile -NonInteractive -ExecutionPolicy Bypass',
          ...(params.arguments.length === 0 ? [] : [windowsArguments(params.arguments)]),
          `-EncodedCommand ${Buffer.from(SCRIPT_CHILD.reveal().text, 'utf16le').toString('base64')}`,
        ],
        ' ',
      ),
      folder: params.chdir,
      stdin: inputOf(script, params, context),
      encoding: 'utf-8',
    })
    if (context.check) {
      const { output } = yield* look('run the script with -WhatIf, if it can', {
        output: rawWindowsScript(run),
      })
      return outcomeOf(output)
    }
    return outcomeOf(yield { kind: 'run', says: 'run a PowerShell script', script: run })
  },
})

async function scriptOf(path: Text, context: ModuleContext): Promise<Text> {
  const file = await context.files.find('files', path)
  if (file.size > LIMIT) throw new TaskFailure(`the script is larger than ${LIMIT} bytes`)
  const text = (await readAll(file)).toString('utf8').replace(/^\uFEFF/, '')
  // What stood in a vault may not be shown.
  return file.secret === true ? new Secret(text) : text
}

/** What the child reads. Secret where a value is. */
function inputOf(script: Text, params: ParametersOf<typeof spec>, context: ModuleContext): Text {
  const error_action = params.error_action === 'silently_continue' ? 'SilentlyContinue' : params.error_action
  for (const item of params.sensitive_parameters)
    if (item.get('name') === undefined || (item.get('value') ?? item.get('password')) === undefined)
      throw new TaskFailure('each of sensitive_parameters has a name, and value, or username and password')
  return contentParameter(
    dict({
      script,
      parameters: params.parameters,
      secure: [...params.sensitive_parameters],
      depth: params.depth,
      error_action,
      check: context.check,
      verbosity: context.verbosity,
    }),
  )
}

/** @throws TaskFailure for a program that did not come to an answer */
function outcomeOf(raw: Output): Outcome {
  const output = programOutput(raw)
  if (output.timedOut) throw new TaskFailure('the script was stopped: it timed out')
  if (output.truncated)
    throw new TaskFailure('the script gave more than the connection takes', {
      hint: 'lower depth, or select what is needed',
    })
  const why = whyNotStarted(raw)
  if (why !== undefined) throw new TaskFailure(`cannot start PowerShell: ${why}`)
  const text = output.stdout.toString('utf8')
  const at = text.lastIndexOf(`\n${MARK}`)
  if (at === -1) throw powerShellFailure(output, 'run the script')
  const told = readTold(text.slice(at + MARK.length + 1).trimEnd())
  if (told.get('skipped') === true)
    return { changed: true, skipped: true, msg: 'the script does not support check mode', result: {} }
  const get = (key: string) => told.get(key) ?? null
  const result: Record<string, Value> = {
    result: get('result') ?? new Map(),
    host_out: text.slice(0, at),
    host_err: saidOn(output),
  }
  for (const key of ['output', 'error', 'warning', 'verbose', 'debug', 'information']) result[key] = get(key)
  const changed = get('changed') === true
  const message = get('message')
  if (get('terminated') === true)
    return { failed: true, changed, msg: `the script failed: ${String(message)}`, result }
  if (get('failed') === true) return { failed: true, changed, msg: 'the script said that it failed', result }
  return { changed, result }
}

function readTold(base64: string): Dict {
  try {
    const value = loadJson(Buffer.from(base64, 'base64').toString('utf8'))
    if (isDict(value)) return value
  } catch {
    // Told below.
  }
  throw new TaskFailure('what the script gave cannot be read')
}
