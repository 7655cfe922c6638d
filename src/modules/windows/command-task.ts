import { type AnswersOf, mapProbe } from '../../probes/probe.ts'
import { type WindowsFile, windowsFile } from '../../probes/windows/file.ts'
import type { CommandState } from '../commands/command-state.ts'
import type { Parameter, Text } from '../parameters.ts'

/** What win_command and win_shell have in common. */
export const windowsCommandParameters = {
  chdir: { type: 'str', doc: 'Folder to run in. Without it: the profile of the login user.' },
  creates: { type: 'str', doc: 'Path; when something is there, the command does not run.' },
  removes: { type: 'str', doc: 'Path; when nothing is there, the command does not run.' },
  stdin: { type: 'str', doc: 'Text for the standard input, in UTF-8; empty otherwise.' },
  output_encoding_override: {
    type: 'str',
    doc: 'Encoding of what it prints (`utf-8`, `437`). Without it: that of the console.',
  },
} as const satisfies Record<string, Parameter>

/** What is asked before such a command runs. */
export function windowsCommandProbes(wish: {
  readonly chdir: Text | undefined
  readonly creates: Text | undefined
  readonly removes: Text | undefined
}) {
  const there = (path: Text | undefined) =>
    path === undefined
      ? undefined
      : mapProbe(windowsFile(String(path)), (file: WindowsFile) => file.kind !== 'missing')
  return {
    directory: wish.chdir === undefined ? undefined : windowsFile(String(wish.chdir)),
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
