import { basename } from 'node:path'
import { mapProbe } from '../../probes/probe.ts'
import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { contentOfText, readAll } from '../files/content.ts'
import { observeDestination } from '../files/destination.ts'
import { placeParameters } from '../files/file-parameters.ts'
import { placeFile } from '../files/place-file.ts'
import { plain } from '../host/text.ts'
import { defineModule } from '../module.ts'

export default defineModule({
  name: 'template',
  runsOn: 'host',
  documentation: {
    summary: 'Fills in a template on the controller and puts the result on the host.',
    notes: [
      "The template is looked for in `templates/`, then in the playbook's folder.",
      'A template that uses a secret makes a secret file: its text is in no diff, and travels on standard input.',
    ],
    examples: `
- name: configuration of the collector
  template:
    src: prometheus.yml.j2
    dest: /etc/prometheus/prometheus.yml
    owner: prometheus
    mode: '0640'
    validate: promtool check config %s
`,
    returns: {
      dest: 'path of the file',
      checksum: 'SHA-1 of its text',
      md5sum: 'MD5 of its text, when it was written',
      backup_file: 'path of the backup, when one was made',
      'uid, gid, owner, group, mode, size, state': 'of the file',
    },
  },
  spec: {
    parameters: {
      src: { type: 'str', required: true, doc: 'The template, on the controller.' },
      ...placeParameters,
      newline_sequence: {
        type: 'str',
        default: '\n',
        choices: ['\n', '\r', '\r\n', '\\n', '\\r', '\\r\\n'],
        doc: 'What ends the lines of the file.',
      },
      trim_blocks: { type: 'bool', default: true, doc: 'Drop the first line end after a block.' },
      lstrip_blocks: {
        type: 'bool',
        default: false,
        doc: 'Drop blanks between the start of a line and a block.',
      },
      variable_start_string: { type: 'str', doc: 'Mark that begins an expression.' },
      variable_end_string: { type: 'str', doc: 'Mark that ends an expression.' },
      block_start_string: { type: 'str', doc: 'Mark that begins a statement.' },
      block_end_string: { type: 'str', doc: 'Mark that ends a statement.' },
      comment_start_string: { type: 'str', doc: 'Mark that begins a comment.' },
      comment_end_string: { type: 'str', doc: 'Mark that ends a comment.' },
    },
  },

  async observe(params, context) {
    const file = await context.files.find('templates', plain(params.src))
    const source = (await readAll(file)).toString('utf8')
    const markers = Object.fromEntries(
      MARKERS.flatMap((name) => {
        const mark = plain(params[name])
        return mark === undefined ? [] : [[name, mark]]
      }),
    )
    const text = context.render(source, file.path, {
      trimBlocks: params.trim_blocks,
      lstripBlocks: params.lstrip_blocks,
      newlineSequence: NEWLINES[params.newline_sequence] ?? params.newline_sequence,
      markers,
    })
    const content = contentOfText(file.secret && typeof text === 'string' ? new Secret(text) : text)
    const destination = observeDestination({
      dest: params.dest,
      owner: params.owner,
      group: params.group,
      name: basename(file.path),
      withText: context.diff && !content.secret,
    })
    return { state: mapProbe(destination, (place) => ({ destination: place, content, mode: file.mode })) }
  },

  async *converge(params, { state: { destination, content, mode } }, context) {
    if (destination.facts.stat?.kind === 'directory')
      throw new TaskFailure(`${destination.facts.path} is a directory`)
    return yield* placeFile(params, destination, content, { sourceMode: mode, parents: null }, context)
  },
})

const MARKERS = [
  'variable_start_string',
  'variable_end_string',
  'block_start_string',
  'block_end_string',
  'comment_start_string',
  'comment_end_string',
] as const

/** As single-quoted YAML has them. */
const NEWLINES: Readonly<Record<string, string>> = { '\\n': '\n', '\\r': '\r', '\\r\\n': '\r\n' }
