import { type CallArguments, Callable, Instance, type Operand, Undefined } from '../operand.ts'
import { typeOf } from '../operators/type-of.ts'
import type { ArgumentList } from '../parser/nodes.ts'
import { PythonError } from '../python/error.ts'
import type { Context } from './context.ts'
import { evaluate } from './expressions.ts'
import { iterate } from './statements/iterate.ts'
import { hideIf, reveal, Taint } from './values/secrets.ts'

const NONE: CallArguments = { positional: [], named: new Map() }

/** The arguments written in the brackets of a call, a filter or a test. */
export function argumentsOf(list: ArgumentList, context: Context): CallArguments {
  const { rest, namedRest } = list
  if (list.positional.length === 0 && list.named.length === 0 && !rest && !namedRest) return NONE
  const positional = list.positional.map((argument) => evaluate(argument, context))
  const named = new Map<string, Operand>()
  for (const [name, argument] of list.named) named.set(name, evaluate(argument, context))
  if (rest !== undefined) positional.push(...iterate(evaluate(rest, context)))
  if (namedRest !== undefined) {
    const entries = evaluate(namedRest, context)
    if (!(entries instanceof Map)) {
      throw new PythonError(`argument after ** must be a mapping, not ${typeOf(entries)}`)
    }
    for (const [name, value] of entries) named.set(String(name), value)
  }
  return { positional, named }
}

function firstUndefined({ positional, named }: CallArguments): Undefined | undefined {
  const isUndefined = (value: Operand) => value instanceof Undefined
  return (
    positional.find(isUndefined) ?? (named.size === 0 ? undefined : [...named.values()].find(isUndefined))
  )
}

/**
 * Calls a method, function or macro. A call of something undefined, or of a method or function with something
 * undefined, is undefined, so that `default` can help; macros look at their arguments themselves.
 * @throws PythonError for what cannot be called
 */
export function callOperand(callee: Operand, args: CallArguments): Operand {
  if (callee instanceof Undefined) return callee
  const taint = new Taint()
  const target = reveal(callee, taint)
  if (target instanceof Callable) {
    return firstUndefined(args) ?? hideIf(taint, target.call(args))
  }
  if (target instanceof Instance && target.call !== undefined) return hideIf(taint, target.call(args))
  throw new PythonError(`'${typeOf(target)}' object is not callable`)
}
