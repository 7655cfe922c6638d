import type { Key, Value } from '../../values/value.ts'
import type { Evaluation } from '../evaluator/evaluation.ts'
import { iterate } from '../evaluator/statements/iterate.ts'
import { resolveValue } from '../evaluator/values/resolve-operand.ts'
import { hideIf, secretKey, Taint } from '../evaluator/values/secrets.ts'
import { type CallArguments, Callable, type Operand, Tuple } from '../operand.ts'
import { dictGet, standingKey, toKey } from '../python/equality.ts'
import { PythonError } from '../python/error.ts'

type Entries = Map<Key, Operand>
type DictMethod = (self: Entries, args: CallArguments, evaluation: Evaluation) => Operand

/** The key among the arguments. The taint says that it is a secret, so that what it finds is one. */
function keyOf(args: CallArguments, evaluation: Evaluation, taint: Taint, most: number): Key {
  const [key] = args.positional
  if (key === undefined || args.positional.length > most) {
    throw new PythonError(`expected 1 to ${most} arguments, got ${args.positional.length}`)
  }
  return toKey(resolveValue(evaluation, key, taint))
}

function find(self: Entries, key: Key): Operand | undefined {
  return dictGet(self as Map<Key, Value>, key)
}

function put(self: Entries, key: Key, value: Operand): void {
  self.set(standingKey(self as Map<Key, Value>, key), value)
}

const METHODS: Readonly<Record<string, DictMethod>> = {
  keys: (self) => [...self.keys()],
  values: (self) => [...self.values()],
  items: (self) => Array.from(self, ([key, value]) => new Tuple([key, value])),
  copy: (self) => new Map(self),
  get: (self, args, evaluation) => {
    const taint = new Taint()
    const found = find(self, keyOf(args, evaluation, taint, 2))
    return hideIf(taint, found === undefined ? (args.positional[1] ?? null) : found)
  },
  pop: (self, args, evaluation) => {
    const taint = new Taint()
    const key = keyOf(args, evaluation, taint, 2)
    const found = find(self, key)
    if (found === undefined) {
      if (args.positional.length > 1) return args.positional[1]!
      throw new PythonError(taint.hidden ? 'the key is not there' : `'${key}'`)
    }
    self.delete(standingKey(self as Map<Key, Value>, key))
    return hideIf(taint, found)
  },
  popitem: (self) => {
    const last = [...self].at(-1)
    if (last === undefined) throw new PythonError('popitem(): dictionary is empty')
    self.delete(last[0])
    return new Tuple(last)
  },
  setdefault: (self, args, evaluation) => {
    const taint = new Taint()
    const key = keyOf(args, evaluation, taint, 2)
    if (taint.hidden) throw secretKey()
    const found = find(self, key)
    if (found !== undefined) return found
    const fallback = args.positional[1] ?? null
    put(self, key, fallback)
    return fallback
  },
  update: (self, args, evaluation) => {
    for (const [key, value] of entriesOf(args, evaluation)) put(self, key, value)
    return null
  },
  clear: (self) => {
    self.clear()
    return null
  },
}

/** The names of all methods of dicts. */
export function dictMethodNames(): string[] {
  return Object.keys(METHODS)
}

/** The method of that name, bound to a dict; undefined when Python's dict has none. */
export function dictMethod(self: Entries, name: string, evaluation: Evaluation): Callable | undefined {
  if (!Object.hasOwn(METHODS, name)) return undefined
  const method = METHODS[name]!
  return new Callable('builtin_function_or_method', name, (args) => method(self, args, evaluation))
}

/** The entries that `dict(...)` and `update(...)` take: a dict or pairs, then keywords. @throws PythonError */
export function entriesOf(args: CallArguments, evaluation: Evaluation): Entries {
  const result: Entries = new Map()
  if (args.positional.length > 1) {
    throw new PythonError(`dict expected at most 1 argument, got ${args.positional.length}`)
  }
  for (const source of args.positional) {
    if (source instanceof Map) {
      for (const [key, value] of source) put(result, key, value)
      continue
    }
    iterate(source).forEach((operand, index) => {
      const [key, value, ...rest] = iterate(evaluation.force(operand))
      if (key === undefined || value === undefined || rest.length > 0) {
        throw new PythonError(`dictionary update sequence element #${index} has not length 2; 2 is required`)
      }
      const taint = new Taint()
      const plainKey = toKey(resolveValue(evaluation, key, taint))
      if (taint.hidden) throw secretKey()
      put(result, plainKey, value)
    })
  }
  for (const [name, value] of args.named) put(result, name, value)
  return result
}
