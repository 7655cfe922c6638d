import { Float } from '../../values/float.ts'
import { integer, type Value } from '../../values/value.ts'
import type { Filter } from '../filter.ts'
import { attributeOf } from '../item-key.ts'
import { bind } from '../python/bind.ts'
import { iterate } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { isInteger, isNumeric, toDouble } from '../python/numbers/number.ts'
import { typeName } from '../python/type-name.ts'

/** Python's `+` of numbers and of lists; `sum` refuses text. */
function add(left: Value, right: Value): Value {
  if (isInteger(left) && isInteger(right)) return integer(BigInt(left) + BigInt(right))
  if (isNumeric(left) && isNumeric(right)) return new Float(toDouble(left) + toDouble(right))
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right]
  throw new PythonError(`unsupported operand type(s) for +: '${typeName(left)}' and '${typeName(right)}'`)
}

const sum: Filter = (input, args, context) => {
  const { attribute, start } = bind(args, { attribute: null, start: 0 })
  if (typeof start === 'string') throw new PythonError("sum() can't sum strings [use ''.join(seq) instead]")
  return iterate(input).reduce<Value>(
    (total, item) => add(total, attributeOf(item, attribute, context)),
    start,
  )
}

export const filters: Readonly<Record<string, Filter>> = { sum }
