import { TemplateError } from '../api.ts'
import type { Operand } from '../operand.ts'
import type { BlockStatement } from '../parser/nodes.ts'
import type { ParsedExpression, Template } from '../parser/parse.ts'
import { PythonError } from '../python/error.ts'
import { type Context, Frame, Variables } from './context.ts'
import { isOwn, isStackOverflow } from './errors.ts'
import type { Evaluation } from './evaluation.ts'
import { evaluate } from './expressions.ts'
import { SelfReference } from './statements/blocks.ts'
import { execute } from './statements/statements.ts'
import { concat } from './values/concat.ts'
import { hideJoined, reveal, Taint } from './values/secrets.ts'

/** One execution of a template, with the templates it extends. */
export class Run {
  /** For each block the bodies that compete, the outermost child's first. */
  readonly blocks = new Map<string, { block: BlockStatement; template: Template }[]>()
  readonly variables: Variables
  /** The template at work; the one it extends follows it. */
  template: Template
  /** Set by `extends`: goes on after the template at work, whose own text counts no more. */
  parent: Template | undefined

  constructor(template: Template, variables: Variables) {
    this.template = template
    this.variables = variables
    this.#offer(template)
  }

  /** Goes on with the template that is extended. */
  climb(parent: Template): void {
    this.template = parent
    this.parent = undefined
    this.#offer(parent)
  }

  #offer(template: Template): void {
    for (const [name, block] of template.blocks) {
      const chain = this.blocks.get(name)
      if (chain === undefined) this.blocks.set(name, [{ block, template }])
      else chain.push({ block, template })
    }
  }
}

/** The variables of a template that sees the scope and no other template's names. */
export function rootVariables(evaluation: Evaluation): Variables {
  return new Variables(new Variables((name) => evaluation.lookup(name)))
}

/** The result of a template by itself: native, lazy inside. */
export function runTemplate(template: Template, evaluation: Evaluation): Operand {
  const result = concat(evaluation, piecesOf(template, evaluation, rootVariables(evaluation)))
  const taint = new Taint()
  const text = reveal(result, taint)
  if (typeof text !== 'string') return result
  const ended = withFinalNewlines(text, template)
  return ended === text ? result : hideJoined(taint, ended)
}

/** A text result ends with as many line breaks as its source. */
function withFinalNewlines(text: string, { finalNewlines, newline }: Template): string {
  let missing = finalNewlines
  for (let end = text.length; missing > 0 && text.endsWith(newline, end); end -= newline.length) missing--
  return text + newline.repeat(missing)
}

/** The pieces that a template gives, executed with some variables. */
export function piecesOf(template: Template, evaluation: Evaluation, variables: Variables): Operand[] {
  if (template.changesData) evaluation.copyVariables()
  const run = new Run(template, variables)
  const pieces: Operand[] = []
  for (;;) {
    inFrame(run.template, evaluation, variables, run, (context) => {
      if (run.blocks.size > 0) variables.set('self', new SelfReference(run, variables, context))
      execute(run.template.body, context, pieces)
    })
    const { parent } = run
    if (parent === undefined) return pieces
    run.climb(parent)
  }
}

/** The value of an expression without marks. */
export function runExpression(parsed: ParsedExpression, evaluation: Evaluation): Operand {
  if (parsed.changesData) evaluation.copyVariables()
  return inFrame(parsed, evaluation, rootVariables(evaluation), undefined, (context) =>
    evaluate(parsed.expression, context),
  )
}

/** Runs something that belongs to one source, so that its errors get a place in that source. */
export function inFrame<T>(
  source: Pick<Template, 'locate'>,
  evaluation: Evaluation,
  variables: Variables,
  run: Run | undefined,
  work: (context: Context) => T,
): T {
  const frame = new Frame(source.locate)
  try {
    return work({ evaluation, frame, variables, run })
  } catch (error) {
    if (isStackOverflow(error)) throw new TemplateError('the template is nested too deeply', frame.position)
    if (!isOwn(error)) throw error
    if (error instanceof PythonError) throw new TemplateError(error.message, frame.position)
    if (error.position !== undefined) throw error
    throw new TemplateError(error.message, frame.position, error.isUndefined)
  }
}
