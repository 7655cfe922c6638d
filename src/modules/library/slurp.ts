import { lines, sh } from '../../shell/sh.ts'
import { assignPath } from '../host/expand-path.ts'
import { field, readFields, textField } from '../host/fields.ts'
import { defineModule, ModuleFailure } from '../module.ts'

export default defineModule({
  name: 'slurp',
  runsOn: 'host',
  checkMode: 'run',
  documentation: {
    summary: 'Reads a file of the host.',
    notes: [
      'The file comes with the look that every host gets; it must fit into one answer (less than 1 MiB).',
    ],
    examples: `
- name: which machine
  slurp: { src: /etc/machine-id }
  register: id
- name: say it
  debug: { msg: '{{ id.content | b64decode | trim }}' }
`,
    returns: { content: 'what the file holds, as base64', encoding: 'base64', source: 'the path' },
  },
  spec: {
    parameters: { src: { type: 'path', required: true, aliases: ['path'], doc: 'The file, on the host.' } },
  },

  observe: ({ src }) =>
    Promise.resolve({
      script: lines([
        assignPath('m_p', src),
        sh`printf 'path\0%s\0' "$m_p"
if [ -d "$m_p" ]; then printf 'fault\0directory\0'
elif [ ! -e "$m_p" ]; then printf 'fault\0missing\0'
elif [ ! -r "$m_p" ]; then printf 'fault\0unreadable\0'
else printf 'rest\0'; cat < "$m_p"; fi`,
      ]),
      parse(output) {
        const fields = readFields(output!, `read ${src}`)
        return {
          path: textField(fields, 'path'),
          fault: field(fields, 'fault')?.toString('latin1'),
          content: field(fields, 'rest') ?? Buffer.alloc(0),
        }
      },
    }),

  // biome-ignore lint/correctness/useYield: it only reads
  async *converge(_, { path, fault, content }) {
    if (fault === 'missing') throw new ModuleFailure(`File not found: ${path}`)
    if (fault === 'directory') throw new ModuleFailure(`Source is a directory and must be a file: ${path}`)
    if (fault === 'unreadable')
      throw new ModuleFailure(`File is not readable: ${path}`, { hint: 'become a user who may read it' })
    return { result: { content: content.toString('base64'), encoding: 'base64', source: path } }
  },
})
