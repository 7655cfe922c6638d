import { Callable, Instance, type Operand } from '../../operand.ts'
import type { Statement } from '../../parser/nodes.ts'
import { PythonError } from '../../python/error.ts'
import { type Context, Variables } from '../context.ts'
import { evaluate } from '../expressions.ts'
import { inFrame, type Run } from '../run.ts'
import { concat } from '../values/concat.ts'
import { includedTemplate } from './includes.ts'
import { execute } from './statements.ts'

/** Prints a block: the body that the outermost child gave it. */
export function executeBlock(
  statement: Statement & { kind: 'block' },
  context: Context,
  pieces: Operand[],
): void {
  const run = context.run!
  const variables = statement.scoped ? context.variables : run.variables
  if (statement.required && run.blocks.get(statement.name)!.length === 1) {
    context.frame.at = statement.at
    throw new PythonError(`Required block '${statement.name}' not found`)
  }
  pieces.push(...blockPieces(statement.name, 0, run, variables, context))
}

function blockPieces(name: string, level: number, run: Run, outer: Variables, context: Context): Operand[] {
  const chain = run.blocks.get(name)!
  const { block, template } = chain[level]!
  const variables = new Variables(outer)
  const { evaluation } = context
  const render = (at: number) => () => concat(evaluation, blockPieces(name, at, run, outer, context))
  if (level + 1 < chain.length)
    variables.set('super', new Callable('BlockReference', 'super', render(level + 1)))
  variables.set('self', new SelfReference(run, outer, context))
  const pieces: Operand[] = []
  evaluation.deeper(() =>
    inFrame(template, evaluation, variables, run, (inside) => {
      execute(block.body, inside, pieces)
    }),
  )
  return pieces
}

/** The variable `self`: the template's blocks as functions. */
export class SelfReference extends Instance {
  readonly typeName = 'TemplateReference'
  readonly #run: Run
  readonly #variables: Variables
  readonly #context: Context

  constructor(run: Run, variables: Variables, context: Context) {
    super()
    this.#run = run
    this.#variables = variables
    this.#context = context
  }

  attribute(name: string): Operand | undefined {
    if (!this.#run.blocks.has(name)) return undefined
    return new Callable('BlockReference', name, () =>
      concat(this.#context.evaluation, blockPieces(name, 0, this.#run, this.#variables, this.#context)),
    )
  }
}

/** `{% extends name %}`: that template goes on where this one ends. */
export function executeExtends(statement: Statement & { kind: 'extends' }, context: Context): void {
  const name = evaluate(statement.template, context)
  context.frame.at = statement.at
  const run = context.run!
  if (run.parent !== undefined) throw new PythonError('extended multiple times')
  run.parent = includedTemplate(name, context)
}
