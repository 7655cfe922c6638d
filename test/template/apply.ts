import type { Arguments, Filter, FilterContext, Test } from '../../src/template/filter.ts'
import { PythonError } from '../../src/template/python/error.ts'
import { str } from '../../src/template/python/text/repr.ts'
import { isDict, type Value } from '../../src/values/value.ts'

/** A context as small as a filter family needs: attributes are keys of dicts and indexes of lists. */
function context(directory: string): FilterContext {
  const fail = (message: string): never => {
    throw new PythonError(message)
  }
  return {
    directory,
    fail,
    undefined: fail,
    filter: fail,
    test: fail,
    print: str,
    attribute: (value, path) =>
      String(path)
        .split('.')
        .reduce<Value | undefined>((part, key) => {
          if (part !== undefined && isDict(part)) return part.get(key)
          return Array.isArray(part) ? part[Number(key)] : undefined
        }, value),
  }
}

function argumentsOf(positional: readonly Value[], named: Readonly<Record<string, Value>>): Arguments {
  return { positional, named: new Map(Object.entries(named)) }
}

/** Calls filters of a family by name, as `input | name(...positional, **named)` does. */
export function applier(filters: Readonly<Record<string, Filter>>, directory = '/') {
  return (name: string, input: Value, positional: Value[] = [], named: Record<string, Value> = {}): Value =>
    filters[name]!(input, argumentsOf(positional, named), context(directory))
}

/** Asks tests of a family by name, as `input is name(...positional, **named)` does. */
export function asker(tests: Readonly<Record<string, Test>>, directory = '/') {
  return (name: string, input: Value, positional: Value[] = [], named: Record<string, Value> = {}): boolean =>
    tests[name]!(input, argumentsOf(positional, named), context(directory))
}
