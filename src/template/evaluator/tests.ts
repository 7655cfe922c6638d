import { Float } from '../../values/float.ts'
import type { Value } from '../../values/value.ts'
import { TemplateError } from '../api.ts'
import { Blank, type CallArguments, Callable, Instance, type Operand, Undefined } from '../operand.ts'
import { findFilter, findTest, shortName } from '../registry.ts'
import type { Context } from './context.ts'
import { isMissing, isOwn, raise } from './errors.ts'
import { filterContext } from './filter-context.ts'
import { lazyFilters } from './lazy/index.ts'
import { resolveValue } from './values/resolve-operand.ts'
import { reveal, silenced, Taint } from './values/secrets.ts'

type LazyTest = (value: Operand, args: CallArguments) => boolean

/** Tests that the engine keeps: they see what is undefined, or the engine itself. */
const lazyTests: ReadonlyMap<string, LazyTest> = new Map<string, LazyTest>([
  ['defined', (value) => !isAbsent(value)],
  ['undefined', isAbsent],
  [
    'callable',
    (value) => value instanceof Callable || (value instanceof Instance && value.call !== undefined),
  ],
  ['filter', (value) => typeof value === 'string' && isFilter(value)],
  ['test', (value) => typeof value === 'string' && isTest(value)],
  ['sameas', (value, args) => isSame(value, args.positional[0] ?? args.named.get('other') ?? null)],
])

function isAbsent(value: Operand): boolean {
  return value instanceof Undefined || value instanceof Blank
}

function isSame(a: Operand, b: Operand): boolean {
  const left = reveal(a, new Taint())
  const right = reveal(b, new Taint())
  return left instanceof Float && right instanceof Float ? left.value === right.value : left === right
}

/** Whether there is a filter of that name. */
export function isFilter(name: string): boolean {
  const short = shortName(name)
  return lazyFilters.has(short) || findFilter(short) !== undefined
}

/** Whether there is a test of that name. */
export function isTest(name: string): boolean {
  const short = shortName(name)
  return lazyTests.has(short) || findTest(short) !== undefined
}

/** The names of the engine's own tests. */
export function lazyTestNames(): string[] {
  return [...lazyTests.keys()]
}

/** Applies a test by its name. The outcome is plain, also about a secret. @throws TemplateError when it fails */
export function applyTest(name: string, input: Operand, args: CallArguments, context: Context): boolean {
  const short = shortName(name)
  const lazy = lazyTests.get(short)
  if (lazy !== undefined) {
    const given: readonly Operand[] =
      short === 'defined' || short === 'undefined' ? args.positional : [input, ...args.positional]
    raiseAny(given)
    return lazy(input, args)
  }
  const test = findTest(short)
  if (test === undefined) throw new TemplateError(`No test named '${name}'.`)
  raiseAny([input, ...args.positional, ...args.named.values()])
  const { evaluation } = context
  const taint = new Taint()
  try {
    const value = resolveValue(evaluation, input, taint)
    const positional = args.positional.map((argument) => resolveValue(evaluation, argument, taint))
    const named = new Map<string, Value>()
    for (const [key, argument] of args.named) named.set(key, resolveValue(evaluation, argument, taint))
    return silenced(taint, `the test '${name}'`, () =>
      test(value, { positional, named }, filterContext(context)),
    )
  } catch (error) {
    if (!isOwn(error) || isMissing(error)) throw error
    if (error instanceof TemplateError && error.position !== undefined) throw error
    throw new TemplateError(`The test plugin 'ansible.builtin.${short}' failed: ${error.message}`)
  }
}

function raiseAny(values: readonly Operand[]): void {
  for (const value of values) if (value instanceof Undefined) raise(value)
}
