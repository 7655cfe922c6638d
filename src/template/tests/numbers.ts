import { integer, type Value } from '../../values/value.ts'
import type { Test } from '../filter.ts'
import { bind, REQUIRED } from '../python/bind.ts'
import { PythonError } from '../python/error.ts'
import { isInteger, isNumeric, toDouble } from '../python/numbers/number.ts'
import { typeName } from '../python/type-name.ts'

/** Whether a number divides another without rest. */
function divides(value: Value, divisor: Value): boolean {
  if (!isNumeric(value) || !isNumeric(divisor)) {
    throw new PythonError(
      `unsupported operand type(s) for %: '${typeName(value)}' and '${typeName(divisor)}'`,
    )
  }
  if (toDouble(divisor) === 0) throw new PythonError('division by zero')
  if (isInteger(value) && isInteger(divisor)) return integer(BigInt(value) % BigInt(divisor)) === 0
  return toDouble(value) % toDouble(divisor) === 0
}

export const tests: Readonly<Record<string, Test>> = {
  even: (input, args) => {
    bind(args, {})
    return divides(input, 2)
  },
  odd: (input, args) => {
    bind(args, {})
    return !divides(input, 2)
  },
  divisibleby: (input, args) => divides(input, bind(args, { num: REQUIRED }).num),
}
