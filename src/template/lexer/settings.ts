import type { FileOptions } from '../api.ts'
import { TemplateError } from '../api.ts'

/** How text is cut into tokens: the marks and the treatment of white space. */
export interface Settings {
  readonly blockStart: string
  readonly blockEnd: string
  readonly variableStart: string
  readonly variableEnd: string
  readonly commentStart: string
  readonly commentEnd: string
  /** A line that begins with it is a statement. */
  readonly lineStatement: string | undefined
  /** What follows it on a line is a comment. */
  readonly lineComment: string | undefined
  /** Drops the line break after a block. */
  readonly trimBlocks: boolean
  /** Drops blanks before a block that begins its line. */
  readonly lstripBlocks: boolean
  readonly newline: string
  /** Constants between variable marks keep their backslashes, as values in a playbook do. */
  readonly keepBackslashes: boolean
}

/** Ansible's settings: `trim_blocks` on, `lstrip_blocks` off. */
export const DEFAULT_SETTINGS: Settings = {
  blockStart: '{%',
  blockEnd: '%}',
  variableStart: '{{',
  variableEnd: '}}',
  commentStart: '{#',
  commentEnd: '#}',
  lineStatement: undefined,
  lineComment: undefined,
  trimBlocks: true,
  lstripBlocks: false,
  newline: '\n',
  keepBackslashes: false,
}

const NAMES: Readonly<Record<string, keyof Settings>> = {
  block_start_string: 'blockStart',
  block_end_string: 'blockEnd',
  variable_start_string: 'variableStart',
  variable_end_string: 'variableEnd',
  comment_start_string: 'commentStart',
  comment_end_string: 'commentEnd',
  line_statement_prefix: 'lineStatement',
  line_comment_prefix: 'lineComment',
  trim_blocks: 'trimBlocks',
  lstrip_blocks: 'lstripBlocks',
  newline_sequence: 'newline',
}

/** The settings of a template file. @throws TemplateError for a mark that is unknown or empty */
export function fileSettings(options: FileOptions): Settings {
  let settings: Settings = {
    ...DEFAULT_SETTINGS,
    trimBlocks: options.trimBlocks ?? DEFAULT_SETTINGS.trimBlocks,
    lstripBlocks: options.lstripBlocks ?? DEFAULT_SETTINGS.lstripBlocks,
    newline: options.newlineSequence ?? DEFAULT_SETTINGS.newline,
  }
  for (const [name, mark] of Object.entries(options.markers ?? {})) settings = override(settings, name, mark)
  return settings
}

const HEADER = '#jinja2:'

/**
 * Whether a whole file or value has nothing to evaluate. Such a text stays as it is to the last line end, where Jinja
 * would write all line ends alike. (Marks of line statements do not count, as in Ansible.)
 */
export function isPlainText(source: string, settings: Settings): boolean {
  const marks = [settings.blockStart, settings.variableStart, settings.commentStart]
  return !source.startsWith(HEADER) && !marks.some((mark) => source.includes(mark))
}

/**
 * The first line `#jinja2: name: value, ...` of a template, which changes settings for it.
 * @returns the settings and the source without that line; `skipped` is the number of lines taken away
 */
export function readHeader(
  source: string,
  settings: Settings,
): { source: string; settings: Settings; skipped: 0 | 1 } {
  if (!source.startsWith(HEADER)) return { source, settings, skipped: 0 }
  const end = source.indexOf('\n')
  const line = end < 0 ? source : source.slice(0, end)
  let changed = settings
  for (const pair of line.slice(HEADER.length).split(',')) {
    const [, name, value] = /^\s*(\w+)\s*:\s*(.*?)\s*$/s.exec(pair) ?? []
    if (name === undefined || value === undefined) {
      throw new TemplateError(
        `Malformed '#jinja2:' override pair ${JSON.stringify(pair.trim())}; write name: value`,
      )
    }
    changed = override(changed, name, literal(name, value))
  }
  return { source: end < 0 ? '' : source.slice(end + 1), settings: changed, skipped: 1 }
}

function override(settings: Settings, name: string, value: string | boolean | undefined): Settings {
  const key = Object.hasOwn(NAMES, name) ? NAMES[name]! : undefined
  if (key === undefined) {
    throw new TemplateError(
      `Invalid '#jinja2:' override key '${name}'. Known: ${Object.keys(NAMES).join(', ')}`,
    )
  }
  if (typeof settings[key] === 'boolean' ? typeof value !== 'boolean' : value === '' || value === true) {
    throw new TemplateError(`'#jinja2:' override ${name} has a value it cannot take`)
  }
  return { ...settings, [key]: value }
}

function literal(name: string, value: string): string | boolean | undefined {
  if (value === 'True' || value === 'False') return value === 'True'
  if (value === 'None') return undefined
  const text = /^(['"])(.*)\1$/s.exec(value)
  if (text !== null) return text[2]!.replaceAll('\\n', '\n').replaceAll('\\r', '\r')
  throw new TemplateError(`'#jinja2:' override ${name}: ${value} is neither True, False nor a quoted text`)
}
