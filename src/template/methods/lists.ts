import type { Evaluation } from '../evaluator/evaluation.ts'
import { isTrue } from '../evaluator/expressions.ts'
import { iterate } from '../evaluator/statements/iterate.ts'
import { resolveValue } from '../evaluator/values/resolve-operand.ts'
import { isEqual } from '../evaluator/values/same.ts'
import { hideIf, reveal, Taint } from '../evaluator/values/secrets.ts'
import { type CallArguments, Callable, type Operand, type Tuple } from '../operand.ts'
import { PythonError } from '../python/error.ts'
import { sorted } from '../python/ordering.ts'

type ListMethod = (self: Operand[], args: CallArguments, evaluation: Evaluation) => Operand

/** Methods that leave the list alone; tuples have `index` and `count`, too. */
const ASKING: Readonly<
  Record<string, (self: readonly Operand[], args: CallArguments, evaluation: Evaluation) => Operand>
> = {
  index: (self, args, evaluation) => {
    const wanted = only(args, 'index')
    const taint = new Taint()
    const at = self.findIndex((item) => isEqual(evaluation, item, wanted, taint))
    if (at < 0) throw new PythonError('the value is not in the list')
    return hideIf(taint, at)
  },
  count: (self, args, evaluation) => {
    const wanted = only(args, 'count')
    const taint = new Taint()
    const count = self.filter((item) => isEqual(evaluation, item, wanted, taint)).length
    return hideIf(taint, count)
  },
}

const METHODS: Readonly<Record<string, ListMethod>> = {
  ...ASKING,
  copy: (self) => [...self],
  append: (self, args) => {
    self.push(only(args, 'append'))
    return null
  },
  extend: (self, args) => {
    self.push(...iterate(only(args, 'extend')))
    return null
  },
  insert: (self, args) => {
    const [at, value] = args.positional
    if (value === undefined) throw new PythonError('insert expected 2 arguments')
    const index = position(at!)
    self.splice(index < 0 ? Math.max(0, self.length + index) : index, 0, value)
    return null
  },
  remove: (self, args, evaluation) => {
    const wanted = only(args, 'remove')
    const at = self.findIndex((item) => isEqual(evaluation, item, wanted))
    if (at < 0) throw new PythonError('list.remove(x): x not in list')
    self.splice(at, 1)
    return null
  },
  pop: (self, args) => {
    if (self.length === 0) throw new PythonError('pop from empty list')
    const taint = new Taint()
    const index = args.positional.length === 0 ? -1 : position(reveal(args.positional[0]!, taint))
    const at = index < 0 ? self.length + index : index
    if (at < 0 || at >= self.length) throw new PythonError('pop index out of range')
    return hideIf(taint, self.splice(at, 1)[0]!)
  },
  clear: (self) => {
    self.length = 0
    return null
  },
  reverse: (self) => {
    self.reverse()
    return null
  },
  sort: (self, args, evaluation) => {
    for (const name of args.named.keys()) {
      if (name !== 'reverse')
        throw new PythonError(`sort() cannot take '${name}' in a template; use the filter sort`)
    }
    const reverse = isTrue(args.named.get('reverse') ?? false)
    const items = sorted([...self], (item) => resolveValue(evaluation, item, new Taint()), reverse)
    items.forEach((item, index) => {
      self[index] = item
    })
    return null
  },
}

/** The names of all methods of lists. */
export function listMethodNames(): string[] {
  return Object.keys(METHODS)
}

/** The method of that name, bound to a list; undefined when Python's list has none. */
export function listMethod(self: Operand[], name: string, evaluation: Evaluation): Callable | undefined {
  if (!Object.hasOwn(METHODS, name)) return undefined
  const method = METHODS[name]!
  return new Callable('builtin_function_or_method', name, (args) => method(self, args, evaluation))
}

/** The method of that name, bound to a tuple; undefined when Python's tuple has none. */
export function tupleMethod(self: Tuple, name: string, evaluation: Evaluation): Callable | undefined {
  if (!Object.hasOwn(ASKING, name)) return undefined
  const method = ASKING[name]!
  return new Callable('builtin_function_or_method', name, (args) => method(self.items, args, evaluation))
}

function only(args: CallArguments, name: string): Operand {
  const [value] = args.positional
  if (value === undefined || args.positional.length > 1 || args.named.size > 0) {
    throw new PythonError(`list.${name}() takes exactly one argument (${args.positional.length} given)`)
  }
  return value
}

function position(value: Operand): number {
  if (typeof value === 'number') return value
  throw new PythonError('list indices must be integers')
}
