import { lines, sh } from '../../shell/sh.ts'
import { Secret, textsOf } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { commandParameters, commandReturns } from '../commands/command-parameters.ts'
import { commandOutcome, notNeeded, notRun, unknowable } from '../commands/command-result.ts'
import { changeDirectory, commandProbes, commandRepeatable, commandState } from '../commands/command-state.ts'
import { splitWords } from '../commands/split-words.ts'
import { commandInput } from '../commands/stdin.ts'
import { setWords } from '../commands/words.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'

export default defineModule({
  name: 'command',
  runsOn: 'host',
  documentation: {
    summary: 'Runs a program with its arguments, without a shell.',
    notes: [
      'Changed whenever it runs: say with creates, removes or changed_when what it does.',
      'A `~` at the start of a word and `$NAME` are expanded; pipes, globs and redirections are not.',
    ],
    examples: `
- name: unpack once
  command:
    cmd: tar -xzf /opt/app.tar.gz -C /opt
    creates: /opt/app
- name: with a blank in an argument
  command:
    argv: [logger, -t, muster, 'hello world']
`,
    returns: commandReturns,
  },
  spec: {
    parameters: {
      cmd: { type: 'str', doc: 'The command line; may stand behind the module’s name.' },
      argv: { type: 'list', elements: 'raw', doc: 'The command as a list of words.' },
      expand_argument_vars: { type: 'bool', default: true, doc: 'Expand `~` and variables in the words.' },
      ...commandParameters,
    },
    mutuallyExclusive: [['cmd', 'argv']],
    freeForm: 'cmd',
  },

  observe: commandProbes,
  repeatable: commandRepeatable,

  async *converge(params, answers, context) {
    const state = commandState(answers)
    const words = commandWords(params.cmd, params.argv)
    const needless = notNeeded(params, state, shown(words))
    if (needless !== null) return needless
    if (unknowable(params, context)) return notRun()
    const output = yield {
      kind: 'run',
      says: `run ${words[0] instanceof Secret ? 'a command' : words[0]}`,
      command: shown(words),
      ...commandInput(params.stdin, params.stdin_add_newline),
      script: lines([
        ...(params.chdir === undefined ? [] : [changeDirectory(params.chdir, sh`exit 1`)]),
        setWords(words, params.expand_argument_vars),
        // What the program itself answers with 127 is told apart by looking first.
        sh`case $1 in */*) m_x=$1 ;; *) m_x=$(command -v -- "$1") || m_x= ;; esac
case $m_x in /*|*/*) ;; *) m_x=$(m_c=$1; IFS=:; for m_i in $PATH; do [ -f "$m_i/$m_c" ] && [ -x "$m_i/$m_c" ] && { printf %s "$m_i/$m_c"; break; }; done) ;; esac
[ -n "$m_x" ] && [ -e "$m_x" ] || { printf '\0missing\0'; exit 127; }
[ -x "$m_x" ] && [ ! -d "$m_x" ] || { printf '\0forbidden\0'; exit 126; }
exec "$@"`,
      ]),
    }
    notStarted(output.stdout, output.rc, params.cmd ?? shown(words), words)
    return commandOutcome(output, { cmd: shown(words), stripEmptyEnds: params.strip_empty_ends })
  },
})

function commandWords(cmd: Text | undefined, argv: readonly Value[] | undefined): Text[] {
  const words =
    argv !== undefined
      ? argv.map((word) => (word instanceof Secret ? word : word === null ? '' : String(word)))
      : cmd === undefined
        ? []
        : cmd instanceof Secret
          ? secretWords(cmd)
          : splitWords(cmd)
  if (words.length === 0) throw new TaskFailure('no command given', { result: { rc: 256 } })
  return words
}

/** The words of a command that holds secrets; a word in which none of them stands is for everybody. */
function secretWords(cmd: Secret): Text[] {
  const texts = [...textsOf(cmd)].filter((text) => cmd.origin.joined !== true || text !== cmd.revealText())
  return splitWords(cmd.revealText()).map((word) =>
    texts.some((text) => word.includes(text) || text.includes(word))
      ? new Secret(word, { from: [cmd], joined: true })
      : word,
  )
}

function shown(words: readonly Text[]): Value[] {
  return [...words]
}

/** A program that could not be started fails the task without a change. */
function notStarted(stdout: Buffer, rc: number | null, cmd: Value, words: readonly Text[]): void {
  const missing = rc === 127 && stdout.equals(Buffer.from('\0missing\0'))
  const forbidden = rc === 126 && stdout.equals(Buffer.from('\0forbidden\0'))
  if (!missing && !forbidden) return
  const program = words[0] instanceof Secret ? 'the program' : words[0]
  throw new TaskFailure('Error executing command.', {
    result: {
      changed: false,
      rc: missing ? 2 : 13,
      stdout: '',
      stderr: '',
      stdout_lines: [],
      stderr_lines: [],
      cmd,
    },
    hint: missing ? `${program}: no such program on the host` : `${program}: not executable`,
  })
}
