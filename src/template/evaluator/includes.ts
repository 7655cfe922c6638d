import { OMIT, TemplateError } from '../api.ts'
import { globalNamed } from '../functions/globals.ts'
import { Instance, type Operand, Tuple, Undefined } from '../operand.ts'
import { typeOf } from '../operators/type-of.ts'
import type { Statement } from '../parser/nodes.ts'
import type { Template } from '../parser/parse.ts'
import { PythonError } from '../python/error.ts'
import { type Context, Variables } from './context.ts'
import { raise } from './errors.ts'
import { evaluate } from './expressions.ts'
import { piecesOf } from './run.ts'
import { templateFile } from './templates.ts'

/** `{% include name %}` */
export function executeInclude(
  statement: Statement & { kind: 'include' },
  context: Context,
  pieces: Operand[],
): void {
  const name = evaluate(statement.template, context)
  context.frame.at = statement.at
  const template = findTemplate(name, context)
  if (template !== undefined) {
    pieces.push(...executeOther(template, statement.withContext, context).pieces)
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

/** The template of that name. @throws TemplateError when there is none */
export function includedTemplate(name: Operand, context: Context): Template {
  const template = findTemplate(name, context)
  if (template === undefined) throw notFound(name)
  return template
}

function findTemplate(name: Operand, context: Context): Template | undefined {
  if (name instanceof Undefined) raise(name)
  const names: readonly Operand[] = Array.isArray(name) ? name : name instanceof Tuple ? name.items : [name]
  for (const candidate of names) {
    if (typeof candidate !== 'string') {
      throw new PythonError(`the name of a template must be text, not ${typeOf(candidate)}`)
    }
    const found = context.evaluation.home.include?.(candidate)
    if (found !== undefined) return templateFile(found.source, found.file, context.evaluation.fileOptions)
  }
  return undefined
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
