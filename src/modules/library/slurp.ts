import { assignPath } from '../../probes/expand-path.ts'
import { field, readFields, textField } from '../../probes/fields.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
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

  observe: ({ src }) => ({
    file: scriptProbe(
      lines([
        assignPath('m_p', src),
        sh`printf 'path\0%s\0kind\0' "$m_p"
if [ -d "$m_p" ]; then printf 'directory\0'
elif [ ! -e "$m_p" ]; then printf 'none\0'
elif [ ! -f "$m_p" ] || [ ! -r "$m_p" ]; then printf 'unreadable\0'
elif [ "$(LC_ALL=C stat -L -c %s -- "$m_p")" -gt ${LIMIT} ]; then printf 'large\0'
else printf 'file\0rest\0'; cat <"$m_p"; fi`,
      ]),
      (output) => {
        const fields = readFields(output, `read ${src}`)
        const path = textField(fields, 'path')
        const failure = FAILURES[textField(fields, 'kind')]
        if (failure !== undefined) throw failure(path)
        const content = field(fields, 'rest')
        if (content === undefined) throw new TaskFailure(`the host's answer makes no sense (read ${src})`)
        return { path, content }
      },
    ),
  }),

  // biome-ignore lint/correctness/useYield: it only looks
  async *converge(_, { file: { path, content } }) {
    return { result: { content: content.toString('base64'), encoding: 'base64', source: path } }
  },
})

const FAILURES: Readonly<Record<string, (path: string) => TaskFailure>> = {
  directory: (path) => new TaskFailure(`Source is a directory and must be a file: ${path}`),
  none: (path) => new TaskFailure(`File not found: ${path}`),
  unreadable: (path) =>
    new TaskFailure(`File is not readable: ${path}`, { hint: 'it must be a file that this user may read' }),
  large: (path) =>
    new TaskFailure(`File is too large: ${path} has more than ${LIMIT} bytes`, {
      hint: 'read a part of it with command (head -c), or only its checksum with stat',
    }),
}
