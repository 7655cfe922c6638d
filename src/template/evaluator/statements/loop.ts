import { type CallArguments, Callable, Instance, type Operand, Tuple, Undefined } from '../../operand.ts'
import type { Statement } from '../../parser/nodes.ts'
import { PythonError } from '../../python/error.ts'
import { type Context, inner } from '../context.ts'
import { evaluate, isTrue } from '../expressions.ts'
import { concat } from '../values/concat.ts'
import { isEqual } from '../values/same.ts'
import { assign } from './assign.ts'
import { iterate } from './iterate.ts'
import { execute } from './statements.ts'

type ForStatement = Statement & { kind: 'for' }

/** Executes a loop: its filter first, so that `loop` counts only what passes. */
export function executeFor(statement: ForStatement, context: Context, pieces: Operand[]): void {
  const items = evaluate(statement.items, context)
  context.frame.at = statement.items.at
  runLoop(statement, items, 0, context, pieces)
}

function runLoop(
  statement: ForStatement,
  source: Operand,
  depth: number,
  context: Context,
  pieces: Operand[],
): void {
  const all = iterate(source)
  const items = statement.filter === undefined ? all : all.filter((item) => passes(statement, item, context))
  if (items.length === 0) execute(statement.otherwise, inner(context), pieces)
  const state: LoopState = { items, index: 0, depth, changedWith: undefined }
  const again = statement.recursive
    ? (args: CallArguments) => {
        const deeper: Operand[] = []
        const [more] = args.positional
        if (more === undefined) throw new PythonError('loop() needs the items to go on with')
        context.evaluation.deeper(() => runLoop(statement, more, depth + 1, context, deeper))
        return concat(context.evaluation, deeper)
      }
    : undefined
  const loop = new Loop(state, context, again)
  for (const item of items) {
    const inside = inner(context)
    assign(statement.target, item, inside)
    inside.variables.set('loop', loop)
    execute(statement.body, inside, pieces)
    state.index++
  }
}

function passes(statement: ForStatement, item: Operand, context: Context): boolean {
  const inside = inner(context)
  assign(statement.target, item, inside)
  return isTrue(evaluate(statement.filter!, inside))
}

interface LoopState {
  readonly items: readonly Operand[]
  index: number
  readonly depth: number
  /** The arguments of the last `loop.changed(...)`. */
  changedWith: Operand | undefined
}

/** The variable `loop`. */
class Loop extends Instance {
  readonly typeName = 'LoopContext'
  readonly #state: LoopState
  readonly #context: Context

  constructor(state: LoopState, context: Context, call: ((args: CallArguments) => Operand) | undefined) {
    super(call)
    this.#state = state
    this.#context = context
  }

  attribute(name: string): Operand | undefined {
    const { items, index, depth } = this.#state
    switch (name) {
      case 'index':
        return index + 1
      case 'index0':
        return index
      case 'revindex':
        return items.length - index
      case 'revindex0':
        return items.length - index - 1
      case 'first':
        return index === 0
      case 'last':
        return index === items.length - 1
      case 'length':
        return items.length
      case 'depth':
        return depth + 1
      case 'depth0':
        return depth
      case 'previtem':
        return this.#neighbour(index - 1, 'there is no previous item')
      case 'nextitem':
        return this.#neighbour(index + 1, 'there is no next item')
      case 'cycle':
        return new Callable('method', name, ({ positional }) => {
          if (positional.length === 0) throw new PythonError('no items for cycling given')
          return positional[index % positional.length]!
        })
      case 'changed':
        return new Callable('method', name, ({ positional }) => this.#changed(new Tuple(positional)))
    }
    return undefined
  }

  #neighbour(index: number, reason: string): Operand {
    const item = this.#state.items[index]
    if (item === undefined) return new Undefined(reason, this.#context.frame.mark())
    return this.#context.evaluation.force(item)
  }

  #changed(values: Tuple): boolean {
    const before = this.#state.changedWith
    this.#state.changedWith = values
    return before === undefined || !isEqual(this.#context.evaluation, before, values)
  }
}
