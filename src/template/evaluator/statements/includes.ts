import { dirname, isAbsolute } from 'node:path'
import { OMIT, TemplateError } from '../../api.ts'
import { openedText } from '../../ciphertext.ts'
import { globalNamed } from '../../functions/globals.ts'
import { Instance, type Operand, Tuple, Undefined } from '../../operand.ts'
import { typeOf } from '../../operators/type-of.ts'
import type { Statement } from '../../parser/nodes.ts'
import type { Template } from '../../parser/parse.ts'
import { PythonError } from '../../python/error.ts'
import { type Context, Variables } from '../context.ts'
import { raise } from '../errors.ts'
import { evaluate } from '../expressions.ts'
import { piecesOf } from '../run.ts'
import { templateFile } from '../templates.ts'
import { concat } from '../values/concat.ts'
import { hide, NO_ORIGIN } from '../values/secrets.ts'

/** `{% include name %}` */
export function executeInclude(
  statement: Statement & { kind: 'include' },
  context: Context,
  pieces: Operand[],
): void {
  const name = evaluate(statement.template, context)
  context.frame.at = statement.at
  const found = findTemplate(name, context)
  if (found !== undefined) {
    const printed = executeOther(found.template, statement.withContext, context).pieces
    if (found.secret) pieces.push(hide(concat(context.evaluation, printed), NO_ORIGIN))
    else pieces.push(...printed)
  } else if (!statement.ignoreMissing) {
    throw notFound(name)
  }
}

/** `{% import name as alias %}` */
export function executeImport(statement: Statement & { kind: 'import' }, context: Context): void {
  const name = evaluate(statement.template, context)
  context.frame.at = statement.at
  const { variables } = executeOther(includedTemplate(name, context), statement.withContext, context)
  context.variables.set(statement.name, new Module(variables))
}

/** `{% from name import a, b as c %}` */
export function executeFromImport(statement: Statement & { kind: 'from-import' }, context: Context): void {
  const source = evaluate(statement.template, context)
  context.frame.at = statement.at
  const { variables } = executeOther(includedTemplate(source, context), statement.withContext, context)
  for (const { name, as } of statement.names) {
    const reason = `the template ${String(source)} does not export the requested name '${name}'`
    const value = variables.own.get(name)
    context.variables.set(as, value === undefined ? new Undefined(reason, context.frame.mark()) : value)
  }
}

/** The template of that name. @throws TemplateError when there is none, or it is encrypted and thus a secret */
export function includedTemplate(name: Operand, context: Context): Template {
  const found = findTemplate(name, context)
  if (found === undefined) throw notFound(name)
  if (found.secret) {
    throw new TemplateError(
      `${String(name)} is encrypted: it can be included, but not imported or extended, since what its macros and blocks print would be shown`,
    )
  }
  return found.template
}

function findTemplate(
  name: Operand,
  context: Context,
): { readonly template: Template; readonly secret: boolean } | undefined {
  if (name instanceof Undefined) raise(name)
  const { evaluation, frame } = context
  const beside = foldersOf(evaluation.file, frame.position?.file)
  const names: readonly Operand[] = Array.isArray(name) ? name : name instanceof Tuple ? name.items : [name]
  for (const candidate of names) {
    if (typeof candidate !== 'string') {
      throw new PythonError(`the name of a template must be text, not ${typeOf(candidate)}`)
    }
    const found = evaluation.home.include?.(candidate, beside)
    if (found === undefined) continue
    const { text, secret } = openedText(found.source, found.file, evaluation.home)
    return { template: templateFile(text, found.file, evaluation.reading), secret }
  }
  return undefined
}

/** The folders of files, each once; names that are no whole paths have none. */
function foldersOf(...files: readonly (string | undefined)[]): string[] {
  const folders = files.flatMap((file) => (file !== undefined && isAbsolute(file) ? [dirname(file)] : []))
  return [...new Set(folders)]
}

function notFound(name: Operand): TemplateError {
  const names = Array.isArray(name) ? name : [name]
  return new TemplateError(
    `${names.map((one) => `'${String(one)}'`).join(', ')}: there is no template of that name`,
  )
}

function executeOther(
  template: Template,
  withContext: boolean,
  context: Context,
): { pieces: Operand[]; variables: Variables } {
  const { evaluation } = context
  const outer = withContext ? context.variables : new Variables((name) => functionNamed(name, context))
  const variables = new Variables(outer)
  return { pieces: evaluation.deeper(() => piecesOf(template, evaluation, variables)), variables }
}

/** Without context a template sees functions and no variables. */
function functionNamed(name: string, context: Context): Operand | undefined {
  return name === 'omit' ? OMIT : globalNamed(name, context.evaluation)
}

/** An imported template: what it set at its top, save names that begin with `_`. */
class Module extends Instance {
  readonly typeName = 'TemplateModule'
  readonly #variables: Variables

  constructor(variables: Variables) {
    super()
    this.#variables = variables
  }

  attribute(name: string): Operand | undefined {
    return name.startsWith('_') ? undefined : this.#variables.own.get(name)
  }
}
