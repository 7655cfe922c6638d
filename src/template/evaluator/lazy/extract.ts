import { type Operand, Undefined } from '../../operand.ts'
import { PythonError } from '../../python/error.ts'
import { itemOf } from '../values/access.ts'
import { bindLazy, type LazyFilter } from './filter.ts'

/**
 * `container[key]`, and on with more keys. Of the container no more is evaluated than is read: `hostvars` holds all
 * variables of all hosts.
 */
export const extract: LazyFilter = (input, args, context) => {
  const [container, more] = bindLazy(args, 'container', 'morekeys')
  if (container === undefined) throw new PythonError("missing 1 required positional argument: 'container'")
  const { evaluation } = context
  const further = more === undefined || more === null ? [] : Array.isArray(more) ? more : [more]
  let found: Operand = container
  for (const key of [input, ...further] as readonly Operand[]) {
    const at = evaluation.force(key)
    if (at instanceof Undefined) return at
    found = itemOf(evaluation.force(found), at, context)
    if (found instanceof Undefined) return found
  }
  return found
}
