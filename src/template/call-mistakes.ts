import type { Context } from './evaluator/context.ts'
import { lazyFilters } from './evaluator/lazy/index.ts'
import { isFilter, isTest } from './evaluator/tests.ts'
import type { Arguments, FilterContext } from './filter.ts'
import { findLookup } from './lookups/index.ts'
import { optionMistake } from './lookups/options.ts'
import type { ArgumentList, CallExpression, Expression } from './parser/nodes.ts'
import { bind, type Parameters, parametersOf } from './python/bind.ts'
import { PythonError } from './python/error.ts'
import { findFilter, findTest, shortName } from './registry.ts'

/** A use of a filter, test or lookup that fails whatever the values are. */
export interface CallMistake {
  readonly kind: 'filter' | 'test' | 'lookup'
  readonly name: string
  /** In characters from the start of the template. */
  readonly at: number
  /** The filter that names it (`map`), which looks for it only when it has something to apply it to. */
  readonly by?: string
  /** What is wrong with its arguments; undefined where there is nothing of that name. */
  readonly arguments?: string
  readonly hint?: string
}

/** What is wrong with an expression itself, apart from those inside it. */
export function callMistakes(expression: Expression): CallMistake[] {
  switch (expression.kind) {
    case 'filter':
      return [...mistakesOf('filter', expression), ...ofNamedOne(expression.name, expression.args)]
    case 'test':
      return mistakesOf('test', expression)
    case 'call':
      return lookupMistakes(expression)
    default:
      return []
  }
}

interface Use {
  readonly name: string
  readonly args: ArgumentList
  readonly at: number
}

function mistakesOf(kind: 'filter' | 'test', { name, args, at }: Use): CallMistake[] {
  if (!(kind === 'filter' ? isFilter(name) : isTest(name))) return [{ kind, name, at }]
  const parameters = kind === 'filter' ? filterParameters(name) : testParameters(name)
  const wrong = parameters === undefined ? undefined : bindingMistake(args, parameters)
  if (wrong === undefined || parameters === undefined) return []
  const names = Object.keys(parameters.signature)
  const hint = names.length === 0 ? 'it takes none' : `it takes ${names.join(', ')}`
  return [
    {
      kind,
      name,
      at,
      arguments: `The ${kind} plugin 'ansible.builtin.${shortName(name)}' failed: ${wrong}`,
      hint,
    },
  ]
}

/** The filter that `map` names, the test that `select` and its like do. */
function ofNamedOne(outer: string, args: ArgumentList): CallMistake[] {
  const short = shortName(outer)
  const index = { map: 0, select: 0, reject: 0, selectattr: 1, rejectattr: 1 }[short]
  const named = index === undefined ? undefined : args.positional[index]
  if (named?.kind !== 'constant' || typeof named.value !== 'string') return []
  const inner = { ...args, positional: args.positional.slice((index ?? 0) + 1) }
  const use = { name: named.value, args: inner, at: named.at }
  return mistakesOf(short === 'map' ? 'filter' : 'test', use).map((one) => ({ ...one, by: short }))
}

/** The parameters of a filter of that name, where it is there and tells them. */
export function filterParameters(name: string): Parameters | undefined {
  const short = shortName(name)
  const lazy = lazyFilters.get(short)
  // Whoever binds first comes to no input and no context.
  if (lazy !== undefined) return parametersOf((args) => lazy('', args, {} as Context))
  const filter = findFilter(short)
  return filter && parametersOf((args) => filter('', args, {} as FilterContext))
}

/** The same of a test. */
export function testParameters(name: string): Parameters | undefined {
  const test = findTest(shortName(name))
  return test && parametersOf((args) => test('', args, {} as FilterContext))
}

function bindingMistake(args: ArgumentList, { signature, open }: Parameters): string | undefined {
  const hasRest = args.rest !== undefined || args.namedRest !== undefined
  // With `*items` or `**entries` only a name that does not exist is sure to be wrong.
  const known =
    hasRest || open ? Object.fromEntries(Object.keys(signature).map((name) => [name, null])) : signature
  const given: Arguments = {
    positional: hasRest || open ? [] : args.positional.map(() => null),
    named: new Map(args.named.map(([name]) => [name, null])),
  }
  try {
    bind(given, known)
    return undefined
  } catch (error) {
    if (error instanceof PythonError) return error.message
    throw error
  }
}

const LOOKUP_FUNCTIONS = ['lookup', 'query', 'q']

/** Of a lookup that a call names as a constant. */
function lookupMistakes({ of, args }: CallExpression): CallMistake[] {
  const [first] = args.positional
  if (of.kind !== 'name' || !LOOKUP_FUNCTIONS.includes(of.name)) return []
  if (first?.kind !== 'constant' || typeof first.value !== 'string') return []
  const { value: name, at } = first
  const plugin = findLookup(shortName(name))
  if (plugin === undefined) return [{ kind: 'lookup', name, at }]
  const names = args.named.map(([option]) => option)
  // `errors` may say that a failure is no matter.
  const wrong = names.includes('errors') ? undefined : optionMistake(names, plugin)
  if (wrong === undefined) return []
  return [{ kind: 'lookup', name, at, arguments: `The lookup plugin '${name}' failed: ${wrong}` }]
}
