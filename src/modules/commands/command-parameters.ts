import type { Parameter } from '../parameters.ts'

/** What command, shell and script have in common. */
export const commandParameters = {
  chdir: { type: 'path', doc: 'Directory to run in. Without it: the login user’s home.' },
  creates: { type: 'path', doc: 'Glob; when something matches, the command does not run.' },
  removes: { type: 'path', doc: 'Glob; when nothing matches, the command does not run.' },
  stdin: { type: 'str', doc: 'Text for the standard input, which is empty otherwise.' },
  stdin_add_newline: { type: 'bool', default: true, doc: 'End stdin with a line end.' },
  strip_empty_ends: { type: 'bool', default: true, doc: 'Cut line ends from the end of the outputs.' },
} as const satisfies Record<string, Parameter>

/** What they return. */
export const commandReturns: Readonly<Record<string, string>> = {
  cmd: 'what was run',
  rc: 'exit status; null when a signal ended it',
  'stdout, stderr': 'its outputs',
  'stdout_lines, stderr_lines': 'the same as lists of lines',
  'start, end, delta': 'when it ran and for how long',
}
