import { Secret } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import { TemplateError } from '../api.ts'
import type { Arguments, Filter } from '../filter.ts'
import { type CallArguments, type Operand, Undefined } from '../operand.ts'
import { findFilter, shortName } from '../registry.ts'
import type { Context } from './context.ts'
import { isMissing, isOwn } from './errors.ts'
import { filterContext } from './filter-context.ts'
import type { LazyFilter } from './lazy/filter.ts'
import { lazyFilters } from './lazy/index.ts'
import { resolveValue, takeInventory } from './values/resolve-operand.ts'
import { conceal, hide, isHidden, silenced, Taint } from './values/secrets.ts'

/** Applies a filter by its name. What is undefined stays so, except where the filter is made for it. */
export function applyFilter(name: string, input: Operand, args: CallArguments, context: Context): Operand {
  const short = shortName(name)
  const lazy = lazyFilters.get(short)
  if (lazy !== undefined) return explained(short, context, () => applyLazy(short, lazy, input, args, context))
  const filter = findFilter(short)
  if (filter === undefined) throw new TemplateError(`No filter named '${name}'.`)
  const given = [input, ...args.positional, ...args.named.values()]
  const missing = given.find((value) => value instanceof Undefined)
  return missing ?? explained(short, context, () => applyPlain(short, filter, input, args, context))
}

/** Filters whose text holds the texts in a list or dict whole, as they are or as JSON writes them. */
const JOINING = new Set(['join', 'to_json', 'tojson', 'to_nice_json'])

const FOR_UNDEFINED = new Set(['default', 'd', 'mandatory', 'type_debug'])

function applyLazy(
  name: string,
  filter: LazyFilter,
  input: Operand,
  args: CallArguments,
  context: Context,
): Operand {
  if (input instanceof Undefined && !FOR_UNDEFINED.has(name)) return input
  return filter(input, args, context)
}

function applyPlain(
  name: string,
  filter: Filter,
  input: Operand,
  args: CallArguments,
  context: Context,
): Operand {
  const { evaluation } = context
  const taint = new Taint()
  const value = resolveValue(evaluation, input, taint)
  const plainArgs: Arguments = {
    positional: args.positional.map((argument) => resolveValue(evaluation, argument, taint)),
    named: new Map(
      Array.from(args.named, ([key, argument]): [string, Value] => [
        key,
        resolveValue(evaluation, argument, taint),
      ]),
    ),
  }
  const result = silenced(taint, `the filter '${name}'`, () =>
    filter(value, plainArgs, filterContext(context)),
  )
  if (!taint.hidden) return result
  const given: Operand[] = [input, ...args.positional, ...args.named.values()]
  const origin = taint.origin(JOINING.has(name) && !(input instanceof Secret))
  if (given.some(isHidden)) return hide(result, origin)
  const inventory = { open: new Set<string>(), secret: new Set<string>() }
  for (const operand of given) takeInventory(evaluation, operand, inventory)
  return conceal(result, inventory, origin)
}

/** Adds the filter's name to what it fails with; a failure for something missing is an undefined result. */
function explained(name: string, context: Context, run: () => Operand): Operand {
  try {
    return run()
  } catch (error) {
    if (isMissing(error)) {
      const where = context.frame.mark()
      return new Undefined(error.message, () => error.position ?? where())
    }
    if (!isOwn(error)) throw error
    // An error inside an argument has its own place and needs no name.
    if (error instanceof TemplateError && error.position !== undefined) throw error
    throw new TemplateError(`The filter plugin 'ansible.builtin.${name}' failed: ${error.message}`)
  }
}
