import { basename } from 'node:path'
import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { placeParameters } from '../files/attributes/file-parameters.ts'
import { contentOfText, readAll } from '../files/content/content.ts'
import { observeDestination, readDestination } from '../files/content/destination.ts'
import { placeFile } from '../files/content/place-file.ts'
import { plain } from '../host/text.ts'
import { type ControllerFile, defineModule, type ModuleContext } from '../module.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'

const spec = {
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
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

const MARKS = [
  'variable_start_string',
  'variable_end_string',
  'block_start_string',
  'block_end_string',
  'comment_start_string',
  'comment_end_string',
] as const

export default defineModule({
  name: 'template',
  runsOn: 'host',
  source: { parameter: 'src', folder: 'templates', template: { marks: MARKS } },
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
  spec,

  async observe(params, context) {
    const file = await context.files.find('templates', plain(params.src))
    // Rendered here as well, so that what is wrong in it is known wherever the task is looked at.
    await renderedOnce(params, file, context)
    return observeDestination(wishOf(params, file, context))
  },

  async *converge(params, answers, context) {
    const file = await context.files.find('templates', plain(params.src))
    const content = contentOfText(await renderedOnce(params, file, context))
    const destination = readDestination(wishOf(params, file, context), answers)
    if (destination.facts.stat?.kind === 'directory')
      throw new TaskFailure(`${destination.facts.path} is a directory`)
    const options = { sourceMode: file.mode, parents: null }
    return yield* placeFile(params, destination, content, options, context)
  },
})

function wishOf(params: Parameters, file: ControllerFile, context: ModuleContext) {
  return { ...params, name: basename(file.path), withText: context.diff }
}

const RENDERED = new WeakMap<Parameters, Promise<string | Secret>>()

/** {@link rendered}, once for the parameters of one evaluation of a task. */
function renderedOnce(
  params: Parameters,
  file: ControllerFile,
  context: ModuleContext,
): Promise<string | Secret> {
  let text = RENDERED.get(params)
  if (text === undefined) {
    text = rendered(params, file, context)
    RENDERED.set(params, text)
  }
  return text
}

/** The template's text with the host's variables. @throws TaskFailure with the place in the template */
async function rendered(
  params: Parameters,
  file: ControllerFile,
  context: ModuleContext,
): Promise<string | Secret> {
  const source = (await readAll(file)).toString('utf8')
  const markers = Object.fromEntries(
    MARKS.flatMap((name) => {
      const mark = plain(params[name])
      return mark === undefined ? [] : [[name, mark]]
    }),
  )
  const text = context.render(source, file.path, {
    trimBlocks: params.trim_blocks,
    lstripBlocks: params.lstrip_blocks,
    newlineSequence: NEWLINES[params.newline_sequence] ?? params.newline_sequence,
    markers,
    origin: { path: plain(params.src), destination: plain(params.dest) },
  })
  return file.secret && typeof text === 'string' ? new Secret(text) : text
}

/** As single-quoted YAML has them. */
const NEWLINES: Readonly<Record<string, string>> = { '\\n': '\n', '\\r': '\r', '\\r\\n': '\r\n' }
