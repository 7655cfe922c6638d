import { type AnswersOf, mapProbe } from '../../probes/probe.ts'
import { type WindowsFile, windowsFile } from '../../probes/windows/file.ts'
import { sameText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { notNeeded, notRun, unknowable } from '../commands/command-result.ts'
import type { CommandState, CommandWish } from '../commands/command-state.ts'
import type { ModuleContext, Outcome } from '../module.ts'
import type { Parameter, Text } from '../parameters.ts'

/** What win_command and win_shell have in common. */
export const windowsCommandParameters = {
  chdir: { type: 'path', doc: 'Folder to run in. Without it: the profile of the login user.' },
  creates: { type: 'path', doc: 'Path; when something is there, the command does not run.' },
  removes: { type: 'path', doc: 'Path; when nothing is there, the command does not run.' },
  stdin: { type: 'str', doc: 'Text for the standard input, in UTF-8; empty otherwise.' },
  output_encoding_override: {
    type: 'str',
    doc: 'Encoding of what it prints (`utf-8`, `437`). Without it: that of the console.',
  },
} as const satisfies Record<string, Parameter>

/** What is asked before such a command runs. */
export function windowsCommandProbes(wish: {
  readonly chdir: string | undefined
  readonly creates: string | undefined
  readonly removes: string | undefined
}) {
  const there = (path: string | undefined) =>
    path === undefined
      ? undefined
      : mapProbe(windowsFile(path), (file: WindowsFile) => file.kind !== 'missing')
  return {
    directory: wish.chdir === undefined ? undefined : windowsFile(wish.chdir),
    creates: there(wish.creates),
    removes: there(wish.removes),
  }
}

/** The answers in the words of the modules for commands. */
export function windowsCommandState(
  answers: AnswersOf<ReturnType<typeof windowsCommandProbes>>,
): CommandState {
  const { directory, creates, removes } = answers
  return {
    chdirFails: directory !== undefined && directory.kind !== 'directory',
    creates: creates ?? null,
    removes: removes ?? null,
  }
}

/**
 * What win_command and win_shell begin with: the outcome where nothing is to be run, undefined where the command is.
 * @throws TaskFailure without a command, and for a `chdir` that is not there
 */
export function beforeWindowsCommand(
  cmd: Text,
  wish: CommandWish,
  answers: AnswersOf<ReturnType<typeof windowsCommandProbes>>,
  context: ModuleContext,
): Outcome | undefined {
  if (sameText(cmd, '')) throw new TaskFailure('no command given', { result: { rc: 256 } })
  const needless = notNeeded(wish, windowsCommandState(answers), cmd)
  if (needless !== null) return needless
  return unknowable(wish, context) ? notRun() : undefined
}
