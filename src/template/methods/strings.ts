import type { Value } from '../../values/value.ts'
import type { Context } from '../evaluator/context.ts'
import { raise } from '../evaluator/errors.ts'
import { iterate } from '../evaluator/statements/iterate.ts'
import { attributeOf, itemOf } from '../evaluator/values/access.ts'
import { resolveOperand, resolveValue } from '../evaluator/values/resolve-operand.ts'
import { guarded, Taint } from '../evaluator/values/secrets.ts'
import { type CallArguments, Callable, type Operand, type Tuple, Undefined } from '../operand.ts'
import { formatTemplate } from '../operators/text-format.ts'
import { PythonError } from '../python/error.ts'
import { encode } from '../python/text/encoding.ts'
import { MethodArguments } from './arguments.ts'
import { Bytes } from './bytes.ts'
import { caseMethods } from './text-case.ts'
import { judgingMethods } from './text-judging.ts'
import { searchMethods } from './text-search.ts'
import { spacingMethods } from './text-spacing.ts'
import { splittingMethods } from './text-splitting.ts'

/** A method of text: pure, its arguments without secrets. */
export type TextMethod = (self: string, args: MethodArguments) => Value | Tuple | Bytes

const METHODS: ReadonlyMap<string, TextMethod> = new Map([
  ...Object.entries(caseMethods),
  ...Object.entries(judgingMethods),
  ...Object.entries(searchMethods),
  ...Object.entries(splittingMethods),
  ...Object.entries(spacingMethods),
  ['encode', encoded],
])

function encoded(self: string, args: MethodArguments): Bytes {
  return new Bytes(encode(self, args.atMost(2).optionalText(0, 'encoding') ?? 'utf-8'))
}

/** The names of all methods of text. */
export function textMethodNames(): string[] {
  return [...METHODS.keys(), 'format', 'format_map', 'join']
}

/** The method of that name, bound to a text; undefined when Python's str has none. */
export function textMethod(self: string, name: string, context: Context): Callable | undefined {
  if (name === 'format' || name === 'format_map') return bound(name, formatting(self, name, context))
  if (name === 'join') return bound(name, joining(self, context))
  const method = METHODS.get(name)
  if (method === undefined) return undefined
  return bound(name, (args) => {
    const taint = new Taint()
    const { evaluation } = context
    for (const value of args.positional) if (value instanceof Undefined) raise(value)
    const positional = args.positional.map((value) => resolveValue(evaluation, value, taint))
    const named = new Map<string, Value>()
    for (const [key, value] of args.named) named.set(key, resolveValue(evaluation, value, taint))
    return guarded(taint, `${name}()`, () => method(self, new MethodArguments(name, positional, named)))
  })
}

function bound(name: string, call: (args: CallArguments) => Operand): Callable {
  return new Callable('builtin_function_or_method', name, call)
}

function joining(self: string, context: Context) {
  return (args: CallArguments): Operand => {
    const [items] = args.positional
    if (items === undefined || args.positional.length > 1)
      throw new PythonError('join() takes exactly one argument')
    const taint = new Taint()
    const parts = joinable(items).map((item) => resolveValue(context.evaluation, item, taint))
    return guarded(taint, 'join()', () => {
      const wrong = parts.findIndex((part) => typeof part !== 'string')
      if (wrong >= 0) throw new PythonError(`sequence item ${wrong}: expected str instance`)
      return parts.join(self)
    })
  }
}

function joinable(items: Operand): readonly Operand[] {
  if (typeof items === 'number' || items === null) throw new PythonError('can only join an iterable')
  return iterate(items)
}

function formatting(self: string, name: string, context: Context) {
  return (args: CallArguments): Operand => {
    const taint = new Taint()
    const open = (value: Operand) => resolveOperand(context.evaluation, value, taint) as Operand
    const map = name === 'format_map' ? open(args.positional[0] ?? null) : undefined
    const positional = map === undefined ? args.positional.map(open) : []
    const named = new Map<string, Operand>()
    if (map instanceof Map) for (const [key, value] of map) named.set(String(key), value)
    for (const [key, value] of args.named) named.set(key, open(value))
    return guarded(taint, `${name}()`, () =>
      formatTemplate(self, positional, named, (value, part) => {
        const found =
          'attribute' in part
            ? attributeOf(value, part.attribute, context)
            : itemOf(value, part.index, context)
        if (found instanceof Undefined) raise(found)
        return found
      }),
    )
  }
}
