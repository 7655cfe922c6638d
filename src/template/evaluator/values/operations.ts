import type { Key, Value } from '../../../values/value.ts'
import { type Operand, Undefined } from '../../operand.ts'
import { arithmetic, signed } from '../../operators/arithmetic.ts'
import { compares } from '../../operators/compare.ts'
import type { Comparison, Expression } from '../../parser/nodes.ts'
import { dictGet, toKey } from '../../python/equality.ts'
import type { Context } from '../context.ts'
import { raise } from '../errors.ts'
import { evaluate, isTrue } from '../expressions.ts'
import { resolveOperand, resolveValue } from './resolve-operand.ts'
import { guarded, hideJoined, isHidden, reveal, silenced, Taint } from './secrets.ts'

/** `-a`, `+a`, `not a` */
export function unary(expression: Expression & { kind: 'unary' }, context: Context): Operand {
  const value = evaluate(expression.of, context)
  if (expression.operator === 'not') return !isTrue(value)
  if (value instanceof Undefined) raise(value)
  context.frame.at = expression.at
  const taint = new Taint()
  const number = reveal(value, taint)
  return guarded(taint, `'${expression.operator}'`, () => signed(expression.operator as '-' | '+', number))
}

/** Arithmetic on two values. */
export function binary(expression: Expression & { kind: 'binary' }, context: Context): Operand {
  const { operator } = expression
  const left = evaluate(expression.left, context)
  const right = evaluate(expression.right, context)
  context.frame.at = expression.at
  if (left instanceof Undefined) raise(left)
  if (right instanceof Undefined) raise(right)
  const taint = new Taint()
  const a = reveal(left, taint)
  // Formatting prints what is inside a list or dict; the other operators leave items alone.
  const isFormatting = operator === '%' && typeof a === 'string'
  const b = isFormatting ? resolveOperand(context.evaluation, right, taint) : reveal(right, taint)
  if (operator === '+' && typeof a === 'string' && typeof b === 'string') return hideJoined(taint, a + b)
  return guarded(taint, `'${operator}'`, () => arithmetic(operator, a, b))
}

/** A chain of comparisons: `a < b <= c`. */
export function comparison(expression: Expression & { kind: 'compare' }, context: Context): boolean {
  let left = evaluate(expression.first, context)
  if (left instanceof Undefined) raise(left)
  for (const { operator, right: rightExpression, at } of expression.rest) {
    const right = evaluate(rightExpression, context)
    context.frame.at = at
    if (right instanceof Undefined) raise(right)
    if (!compareOperands(left, operator, right, context)) return false
    left = right
  }
  return true
}

function compareOperands(left: Operand, operator: Comparison, right: Operand, context: Context): boolean {
  const taint = new Taint()
  const a = resolveOperand(context.evaluation, left, taint)
  if ((operator === 'in' || operator === 'not in') && right instanceof Map && !isHidden(left)) {
    // Only the keys matter; values are not rendered for it.
    const key = toKey(resolveValue(context.evaluation, a as Operand, taint))
    return (dictGet(right as Map<Key, Value>, key) !== undefined) === (operator === 'in')
  }
  const b = resolveOperand(context.evaluation, right, taint)
  return silenced(taint, `'${operator}'`, () => compares(a, operator, b))
}
