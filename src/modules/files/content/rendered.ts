import { revealText, Secret } from '../../../values/secret.ts'
import type { ControllerFile } from '../../controller-files.ts'
import type { ModuleContext } from '../../module.ts'
import type { Parameter, ParametersOf, Text } from '../../parameters.ts'
import { readAll } from './content.ts'

/** The parameters that say what is rendered, and how. @param newline what ends lines when the task does not say */
export function templateParameters(newline: '\n' | '\r\n') {
  return {
    src: { type: 'str', required: true, doc: 'The template, on the controller.' },
    newline_sequence: {
      type: 'str',
      default: newline,
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
  } as const satisfies Record<string, Parameter>
}

/** The parameters that set the marks of a template. */
export const TEMPLATE_MARKS = [
  'variable_start_string',
  'variable_end_string',
  'block_start_string',
  'block_end_string',
  'comment_start_string',
  'comment_end_string',
] as const

type Parameters = ParametersOf<{ parameters: ReturnType<typeof templateParameters> }> & {
  readonly dest: Text
}

const RENDERED = new WeakMap<Parameters, Promise<string | Secret>>()

/** A template's text with the host's variables, once for the parameters of one evaluation of a task. */
export function rendered(
  params: Parameters,
  file: ControllerFile,
  context: ModuleContext,
): Promise<string | Secret> {
  let text = RENDERED.get(params)
  if (text === undefined) {
    text = render(params, file, context)
    RENDERED.set(params, text)
  }
  return text
}

/** @throws TaskFailure with the place in the template */
async function render(
  params: Parameters,
  file: ControllerFile,
  context: ModuleContext,
): Promise<string | Secret> {
  const source = (await readAll(file)).toString('utf8')
  const markers = Object.fromEntries(
    TEMPLATE_MARKS.flatMap((name) => {
      const mark = revealText(params[name])
      return mark === undefined ? [] : [[name, mark]]
    }),
  )
  const text = context.render(source, file.path, {
    trimBlocks: params.trim_blocks,
    lstripBlocks: params.lstrip_blocks,
    newlineSequence: NEWLINES[params.newline_sequence] ?? params.newline_sequence,
    markers,
    origin: { path: revealText(params.src), destination: revealText(params.dest) },
  })
  return file.secret && typeof text === 'string' ? new Secret(text) : text
}

/** As single-quoted YAML has them. */
const NEWLINES: Readonly<Record<string, string>> = { '\\n': '\n', '\\r': '\r', '\\r\\n': '\r\n' }
