import type { CallArguments, Operand } from '../../operand.ts'
import { tellParameters } from '../../python/bind.ts'
import { PythonError } from '../../python/error.ts'
import type { Context } from '../context.ts'

/** A filter that sees operands: undefined, templates not yet rendered, secrets. */
export type LazyFilter = (input: Operand, args: CallArguments, context: Context) => Operand

/** The arguments in the order of the parameters' names. @throws PythonError for too many and unknown ones */
export function bindLazy(args: CallArguments, ...names: string[]): (Operand | undefined)[] {
  tellParameters(args, Object.fromEntries(names.map((name) => [name, null])))
  if (args.positional.length > names.length) {
    const most = names.length + 1
    throw new PythonError(`takes at most ${most} arguments but ${args.positional.length + 1} were given`)
  }
  for (const name of args.named.keys()) {
    const index = names.indexOf(name)
    if (index < 0) throw new PythonError(`got an unexpected keyword argument '${name}'`)
    if (index < args.positional.length) throw new PythonError(`got multiple values for argument '${name}'`)
  }
  return names.map((name, index) =>
    index < args.positional.length ? args.positional[index] : args.named.get(name),
  )
}
