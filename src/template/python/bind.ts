import type { Value } from '../../values/value.ts'
import type { Arguments } from '../filter.ts'
import { PythonError } from './error.ts'

/** Stands in a signature for a parameter that has no default. */
export const REQUIRED: unique symbol = Symbol('required')

/** Parameters in their order, each with its default. */
export type Signature<Name extends string> = Readonly<Record<Name, Value | typeof REQUIRED>>

/** What may stand in the brackets behind a filter's or test's name. */
export interface Parameters {
  readonly signature: Signature<string>
  /** Positional arguments are taken as they come. */
  readonly open: boolean
}

/** Arguments that ask a function for its parameters: binding them throws {@link Told}. */
const ASKING: Arguments = { positional: [], named: new Map() }

class Told extends Error {
  readonly parameters: Parameters

  constructor(parameters: Parameters) {
    super('parameters')
    this.parameters = parameters
  }
}

/**
 * The parameters of a function that binds its arguments before anything else, so that they stand in one place;
 * undefined for one that does not.
 */
export function parametersOf(call: (args: Arguments) => unknown): Parameters | undefined {
  try {
    call(ASKING)
  } catch (error) {
    if (error instanceof Told) return error.parameters
  }
  return undefined
}

/** Tells what asks for it, and nothing else, of the parameters. */
export function tellParameters(args: object, signature: Signature<string>, open = false): void {
  if (args === ASKING) throw new Told({ signature, open })
}

/**
 * Arguments by the names of the parameters, as Python binds them.
 * @throws PythonError for too many, too few, unknown and doubled arguments
 */
export function bind<Name extends string>(args: Arguments, signature: Signature<Name>): Record<Name, Value> {
  tellParameters(args, signature)
  const names = Object.keys(signature) as Name[]
  if (args.positional.length > names.length) {
    throw new PythonError(`takes at most ${names.length} arguments but ${args.positional.length} were given`)
  }
  const bound = new Map<string, Value>(args.positional.map((value, index) => [names[index]!, value]))
  for (const [name, value] of args.named) {
    if (!Object.hasOwn(signature, name)) throw new PythonError(`got an unexpected keyword argument '${name}'`)
    if (bound.has(name)) throw new PythonError(`got multiple values for argument '${name}'`)
    bound.set(name, value)
  }
  const entries = names.map((name): [Name, Value] => {
    const value = bound.has(name) ? bound.get(name)! : signature[name]
    if (value === REQUIRED) throw new PythonError(`missing a required argument: '${name}'`)
    return [name, value]
  })
  return Object.fromEntries(entries) as Record<Name, Value>
}

/** {@link bind} where the positional arguments are taken as they come (`*args`). @throws PythonError */
export function bindNamed<Name extends string>(
  args: Arguments,
  signature: Signature<Name>,
): Record<Name, Value> {
  tellParameters(args, signature, true)
  return bind({ positional: [], named: args.named }, signature)
}
