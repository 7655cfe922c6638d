import type { Position } from '../../values/position.ts'
import type { Operand } from '../operand.ts'
import type { Evaluation } from './evaluation.ts'
import type { Run } from './run.ts'

/** Names and values of one block of a template, inside those of the blocks around it. */
export class Variables {
  readonly #own = new Map<string, Operand>()
  readonly #outer: Variables | ((name: string) => Operand | undefined)

  /** @param outer the block around, or what knows the names that no block sets */
  constructor(outer: Variables | ((name: string) => Operand | undefined)) {
    this.#outer = outer
  }

  get(name: string): Operand | undefined {
    const own = this.#own.get(name)
    if (own !== undefined) return own
    return typeof this.#outer === 'function' ? this.#outer(name) : this.#outer.get(name)
  }

  set(name: string, value: Operand): void {
    this.#own.set(name, value)
  }

  /** What this block itself has set. */
  get own(): ReadonlyMap<string, Operand> {
    return this.#own
  }
}

/** The source at work. It knows the node that is being evaluated, for the place in an error. */
export class Frame {
  at = 0
  /** The place of a character of that source. */
  readonly locate: (at: number) => Position | undefined

  constructor(locate: (at: number) => Position | undefined) {
    this.locate = locate
  }

  get position(): Position | undefined {
    return this.locate(this.at)
  }

  /** The place of the node at work, worked out when somebody asks. */
  mark(): () => Position | undefined {
    const { at } = this
    return () => this.locate(at)
  }
}

/** All that evaluating a node needs. */
export interface Context {
  readonly evaluation: Evaluation
  readonly frame: Frame
  readonly variables: Variables
  /** The template at work with its blocks; none for a bare expression. */
  readonly run: Run | undefined
}

/** The same with a new block of variables inside. */
export function inner(context: Context): Context {
  return { ...context, variables: new Variables(context.variables) }
}
