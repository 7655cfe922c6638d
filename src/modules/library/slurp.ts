import { stat } from '../../probes/stat.ts'
import { type Text, text } from '../../probes/text.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'

/** What fits into one answer of the host, with room for the rest of it. */
const LIMIT = 1_000_000

export default defineModule({
  name: 'slurp',
  runsOn: 'host',
  documentation: {
    summary: 'Reads a file of the host into a variable, as base64.',
    notes: [
      'Files of up to 1,000,000 bytes.',
      'What is read is shown with -v: set no_log where it is a secret.',
    ],
    examples: `
- name: the machine's id
  slurp: { src: /etc/machine-id }
  register: machine_id
- debug:
    msg: "{{ machine_id.content | b64decode }}"
`,
    returns: { content: 'the file, as base64', encoding: 'base64', source: 'path of the file' },
  },
  spec: {
    parameters: {
      src: { type: 'path', required: true, aliases: ['path'], doc: 'File on the host.' },
    },
  },
  checkMode: 'run',

  observe: ({ src }) => ({ file: text(src, LIMIT), facts: stat(src) }),

  // biome-ignore lint/correctness/useYield: it only looks
  async *converge(_, { file, facts }) {
    const { path } = facts
    if (file.kind === 'file')
      return { result: { content: file.bytes.toString('base64'), encoding: 'base64', source: path } }
    const isDirectory = (facts.target?.stat ?? facts.stat)?.kind === 'directory'
    throw isDirectory
      ? new TaskFailure(`Source is a directory and must be a file: ${path}`)
      : FAILURES[file.kind](path)
  },
})

const unreadable = (path: string) =>
  new TaskFailure(`File is not readable: ${path}`, { hint: 'it must be a file that this user may read' })

const FAILURES: Readonly<Record<Exclude<Text['kind'], 'file'>, (path: string) => TaskFailure>> = {
  missing: (path) => new TaskFailure(`File not found: ${path}`),
  'no-file': unreadable,
  unreadable,
  large: (path) =>
    new TaskFailure(`File is too large: ${path} has more than ${LIMIT} bytes`, {
      hint: 'read a part of it with command (head -c), or only its checksum with stat',
    }),
}
