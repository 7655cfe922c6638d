import type { Value } from '../../values/value.ts'
import { TemplateError } from '../api.ts'
import type { FilterContext } from '../filter.ts'
import type { Operand } from '../operand.ts'
import { str } from '../python/text/repr.ts'
import type { Context } from './context.ts'
import { applyFilter } from './filters.ts'
import { applyTest } from './tests.ts'
import { partOf } from './values/access.ts'
import { resolveValue } from './values/resolve-operand.ts'
import { Taint } from './values/secrets.ts'

/** What a filter or test may ask the engine. */
export function filterContext(context: Context): FilterContext {
  // The filter got its input revealed and the engine covers its result, so nothing in between needs a cover.
  const opened = (operand: Operand): Value => resolveValue(context.evaluation, operand, new Taint())
  return {
    directory: context.evaluation.home.directory,
    fail(message) {
      throw new TemplateError(message)
    },
    undefined(message) {
      throw new TemplateError(message, undefined, true)
    },
    filter: (name, input, args) => opened(applyFilter(name, input, args, context)),
    test: (name, input, args) => applyTest(name, input, args, context),
    attribute(value, path) {
      let current: Operand | undefined = value
      for (const part of String(path).split('.')) {
        current = partOf(current, /^\d+$/.test(part) ? Number(part) : part, context)
        if (current === undefined) return undefined
      }
      return opened(current)
    },
    print: str,
  }
}
