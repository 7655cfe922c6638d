import type { DateTime } from '../values/date-time.ts'
import type { Float } from '../values/float.ts'
import type { Position } from '../values/position.ts'
import type { Origin, Secret } from '../values/secret.ts'
import type { TemplateText } from '../values/template-text.ts'
import type { Key } from '../values/value.ts'
import type { OMIT } from './api.ts'

/**
 * What an expression evaluates to while a template runs: every Value, and what never leaves the engine. Lists and
 * dicts are lazy: their items may still be TemplateText, Undefined or Secret until somebody uses them.
 */
export type Operand =
  | null
  | boolean
  | number
  | bigint
  | string
  | Float
  | DateTime
  | Secret
  | TemplateText
  | typeof OMIT
  | Internal
  | Operand[]
  | Map<Key, Operand>

/** What lives only inside the engine. */
export abstract class Internal {
  /** Python's name of the type, for messages. */
  abstract readonly typeName: string
}

/** A name or attribute that is not there, with its reason. It fails when it is used, not before. */
export class Undefined extends Internal {
  readonly typeName = 'Undefined'
  /** `'x' is undefined`. */
  readonly message: string
  /** The name, when a plain name is missing. */
  readonly name: string | undefined
  readonly #where: () => Position | undefined

  constructor(message: string, where: () => Position | undefined, name?: string) {
    super()
    this.message = message
    this.name = name
    this.#where = where
  }

  get position(): Position | undefined {
    return this.#where()
  }
}

/** `x if condition` without else and with a false condition: prints as nothing, is an error as a value. */
export class Blank extends Internal {
  readonly typeName = 'Undefined'
}

/** Anything whose making used a secret, when it is no plain scalar; scalars are Secret themselves. */
export class Hidden extends Internal {
  readonly typeName = 'secret'
  readonly value: Operand
  readonly origin: Origin

  constructor(value: Operand, origin: Origin) {
    super()
    this.value = value
    this.origin = origin
  }
}

/** A tuple of Python, its items in order; outside the engine it is a list. */
export class Tuple extends Internal {
  readonly typeName = 'tuple'
  readonly items: readonly Operand[]

  constructor(items: readonly Operand[]) {
    super()
    this.items = items
  }
}

/** Python's `range`: integers from start to stop, exclusive. */
export class Range extends Internal {
  readonly typeName = 'range'
  readonly start: number
  readonly stop: number
  readonly step: number

  constructor(start: number, stop: number, step: number) {
    super()
    this.start = start
    this.stop = stop
    this.step = step
  }

  get length(): number {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step))
  }

  includes(value: number): boolean {
    const offset = (value - this.start) / this.step
    return Number.isInteger(offset) && offset >= 0 && offset < this.length
  }

  items(): number[] {
    return Array.from({ length: this.length }, (_, index) => this.start + index * this.step)
  }
}

/** Arguments of a call, unevaluated laziness kept. */
export interface CallArguments {
  readonly positional: readonly Operand[]
  readonly named: ReadonlyMap<string, Operand>
}

/** A method, global function or macro. */
export class Callable extends Internal {
  readonly typeName: string
  readonly name: string
  readonly call: (args: CallArguments) => Operand

  constructor(typeName: string, name: string, call: (args: CallArguments) => Operand) {
    super()
    this.typeName = typeName
    this.name = name
    this.call = call
  }
}

/** An object with fixed attributes: a loop, a cycler, an imported module, a macro. Templates cannot change it. */
export abstract class Instance extends Internal {
  abstract attribute(name: string): Operand | undefined
  /** What calling the object itself does; undefined where that is an error. */
  readonly call: ((args: CallArguments) => Operand) | undefined

  constructor(call?: (args: CallArguments) => Operand) {
    super()
    this.call = call
  }
}

/** `namespace()`: the one object whose attributes a template may set. */
export class Namespace extends Internal {
  readonly typeName = 'Namespace'
  readonly attributes: Map<Key, Operand>

  constructor(attributes: Map<Key, Operand>) {
    super()
    this.attributes = attributes
  }
}
