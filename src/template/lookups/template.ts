import { isAbsolute } from 'node:path'
import type { Value } from '../../values/value.ts'
import type { FileOptions } from '../api.ts'
import { openedText } from '../ciphertext.ts'
import type { Evaluation } from '../evaluator/evaluation.ts'
import { runTemplate } from '../evaluator/run.ts'
import { isPlainFile, templateFile } from '../evaluator/templates.ts'
import { finalize } from '../evaluator/values/finalize.ts'
import { hide, NO_ORIGIN } from '../evaluator/values/secrets.ts'
import type { Operand } from '../operand.ts'
import { PythonError } from '../python/error.ts'
import { isTrue } from '../python/truth.ts'
import type { Lookup, Lookups } from './define.ts'

const MARKS = [
  'variable_start_string',
  'variable_end_string',
  'comment_start_string',
  'comment_end_string',
] as const

/** Template files of the playbook, rendered with native values: a file that is only `{{ list }}` gives the list. */
const template: Lookup = {
  options: [...MARKS, 'trim_blocks', 'template_vars', 'convert_data', 'jinja2_native'],
  run(terms, options, evaluation) {
    refuseOld(options)
    return terms.map((term) => {
      const found = typeof term === 'string' ? evaluation.home.include?.(term, []) : undefined
      if (found === undefined) {
        throw new PythonError(`the template file ${String(term)} could not be found for the lookup`)
      }
      const { text, secret } = openedText(found.source, found.file, evaluation.home)
      const rendered = render(text, found.file, fileOptions(options, found.file, String(term)), evaluation)
      return secret ? hide(rendered, NO_ORIGIN) : rendered
    })
  },
}

function render(text: string, file: string, options: FileOptions, evaluation: Evaluation): Operand {
  if (isPlainFile(text, options)) return text
  const inside = evaluation.ofFile(file, options)
  // Its lists and dicts are evaluated with its own variables, so nothing lazy may leave it.
  return evaluation.deeper(() =>
    finalize(
      inside,
      inside.deeper(() => runTemplate(templateFile(text, file, options), inside)),
    ),
  )
}

function fileOptions(options: ReadonlyMap<string, Value>, file: string, path: string): FileOptions {
  const markers: Record<string, string> = {}
  for (const name of MARKS) {
    const mark = options.get(name)
    if (mark === undefined) continue
    if (typeof mark !== 'string') throw new PythonError(`${name} must be text`)
    markers[name] = mark
  }
  const trim = options.get('trim_blocks')
  return {
    markers,
    ...(trim === undefined ? {} : { trimBlocks: isYes(trim) }),
    variables: variablesOf(options.get('template_vars')),
    // A file of tests and tools that is not on the disk has nothing to tell about itself.
    ...(isAbsolute(file) ? { origin: { path } } : {}),
  }
}

function isYes(value: Value): boolean {
  return typeof value === 'string'
    ? ['yes', 'on', 'true', '1', 'y', 't'].includes(value.toLowerCase())
    : isTrue(value)
}

function variablesOf(given: Value | undefined): ReadonlyMap<string, Value> {
  if (given === undefined || given === null) return new Map()
  if (!(given instanceof Map)) throw new PythonError('template_vars must be a dict')
  return new Map(Array.from(given, ([name, value]) => [String(name), value]))
}

/** Options that mean nothing to Ansible any more: what they are set to must be what happens anyway. */
function refuseOld(options: ReadonlyMap<string, Value>): void {
  if (isYes(options.get('convert_data') ?? false)) {
    throw new PythonError(
      "the option 'convert_data' is not supported: text is never read as YAML; use the filter from_yaml",
    )
  }
  if (!isYes(options.get('jinja2_native') ?? true)) {
    throw new PythonError(
      "the option 'jinja2_native' is not supported: values keep their types; use the filter string",
    )
  }
}

export const templateLookups: Lookups = { template }
