import type { Key, Value } from '../../values/value.ts'
import { Blank, type Operand, Tuple, Undefined } from '../operand.ts'
import { arithmetic, signed } from '../operators/arithmetic.ts'
import { compares } from '../operators/compare.ts'
import { truth } from '../operators/truth.ts'
import type { Expression, FilterExpression } from '../parser/nodes.ts'
import { dictGet, dictSet, toKey } from '../python/equality.ts'
import { attributeOf, type Bounds, itemOf, sliceOf } from './access.ts'
import { argumentsOf, callOperand } from './calls.ts'
import { printed } from './concat.ts'
import type { Context } from './context.ts'
import { raise } from './errors.ts'
import { applyFilter } from './filters.ts'
import { plain, plainValue } from './plain.ts'
import { guarded, hideIf, isHidden, reveal, secretKey, silenced, Taint } from './secrets.ts'
import { applyTest } from './tests.ts'

/** The value of an expression: rendered at the top, lazy inside, Undefined where a name is missing. */
export function evaluate(expression: Expression, context: Context): Operand {
  switch (expression.kind) {
    case 'constant':
      return expression.value
    case 'name':
      return nameOf(expression.name, expression.at, context)
    case 'list':
      return expression.items.map((item) => evaluate(item, context))
    case 'tuple':
      return new Tuple(expression.items.map((item) => evaluate(item, context)))
    case 'dict':
      return dictOf(expression.pairs, context)
    case 'attribute': {
      const of = evaluate(expression.of, context)
      context.frame.at = expression.at
      return attributeOf(of, expression.name, context)
    }
    case 'item':
      return itemExpression(expression, context)
    case 'slice':
      throw new Error('a slice is evaluated with what it cuts')
    case 'call': {
      const callee = evaluate(expression.of, context)
      const args = argumentsOf(expression.args, context)
      context.frame.at = expression.at
      return context.evaluation.force(callOperand(callee, args))
    }
    case 'filter':
      return evaluateFilter(expression, context, undefined)
    case 'test':
      return testExpression(expression, context)
    case 'unary':
      return unary(expression, context)
    case 'binary':
      return binary(expression, context)
    case 'and': {
      const left = evaluate(expression.left, context)
      return isTrue(left) ? evaluate(expression.right, context) : left
    }
    case 'or': {
      const left = evaluate(expression.left, context)
      return isTrue(left) ? left : evaluate(expression.right, context)
    }
    case 'concat': {
      const parts = expression.parts.map((part) => evaluate(part, context))
      context.frame.at = expression.at
      const taint = new Taint()
      // Unlike between pieces of a template, None is printed here.
      return hideIf(taint, parts.map((part) => printed(context.evaluation, part, taint)).join(''))
    }
    case 'compare':
      return comparison(expression, context)
    case 'condition':
      if (isTrue(evaluate(expression.test, context))) return evaluate(expression.value, context)
      return expression.otherwise === undefined ? new Blank() : evaluate(expression.otherwise, context)
  }
}

/** Whether a value counts as true; a secret too, plainly. @throws TemplateError when it is undefined */
export function isTrue(value: Operand): boolean {
  if (value instanceof Undefined) raise(value)
  return truth(reveal(value, new Taint()))
}

function nameOf(name: string, at: number, context: Context): Operand {
  context.frame.at = at
  const value = context.variables.get(name)
  return value === undefined ? new Undefined(`'${name}' is undefined`, context.frame.mark(), name) : value
}

function dictOf(pairs: readonly (readonly [Expression, Expression])[], context: Context): Operand {
  const entries = new Map<Key, Operand>()
  for (const [keyExpression, valueExpression] of pairs) {
    const key = evaluate(keyExpression, context)
    context.frame.at = keyExpression.at
    const taint = new Taint()
    const plainKey = toKey(plainValue(context.evaluation, key, taint))
    if (taint.hidden) throw secretKey()
    dictSet(entries as Map<Key, Value>, plainKey, evaluate(valueExpression, context) as Value)
  }
  return entries
}

function itemExpression(expression: Expression & { kind: 'item' }, context: Context): Operand {
  const of = evaluate(expression.of, context)
  const { index } = expression
  if (index.kind === 'slice') {
    const part = (bound: Expression | undefined): Operand =>
      bound === undefined ? null : evaluate(bound, context)
    const bounds: Bounds = { start: part(index.start), stop: part(index.stop), step: part(index.step) }
    context.frame.at = expression.at
    return sliceOf(of, bounds)
  }
  const key = evaluate(index, context)
  context.frame.at = expression.at
  return itemOf(of, key, context)
}

/** A filter on its input, or on `input` where the chain of a filter block begins. */
export function evaluateFilter(
  expression: FilterExpression,
  context: Context,
  input: Operand | undefined,
): Operand {
  const of = expression.of
  const value =
    of === undefined
      ? input!
      : of.kind === 'filter'
        ? evaluateFilter(of, context, input)
        : evaluate(of, context)
  const args = argumentsOf(expression.args, context)
  context.frame.at = expression.at
  return applyFilter(expression.name, value, args, context)
}

function testExpression(expression: Expression & { kind: 'test' }, context: Context): boolean {
  const value = evaluate(expression.of, context)
  const args = argumentsOf(expression.args, context)
  context.frame.at = expression.at
  return applyTest(expression.name, value, args, context)
}

function unary(expression: Expression & { kind: 'unary' }, context: Context): Operand {
  const value = evaluate(expression.of, context)
  if (expression.operator === 'not') return !isTrue(value)
  if (value instanceof Undefined) raise(value)
  context.frame.at = expression.at
  const taint = new Taint()
  const number = reveal(value, taint)
  return guarded(taint, `'${expression.operator}'`, () => signed(expression.operator as '-' | '+', number))
}

function binary(expression: Expression & { kind: 'binary' }, context: Context): Operand {
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
  const b = isFormatting ? plain(context.evaluation, right, taint) : reveal(right, taint)
  return guarded(taint, `'${operator}'`, () => arithmetic(operator, a, b))
}

function comparison(expression: Expression & { kind: 'compare' }, context: Context): boolean {
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

function compareOperands(
  left: Operand,
  operator: (Expression & { kind: 'compare' })['rest'][number]['operator'],
  right: Operand,
  context: Context,
): boolean {
  const taint = new Taint()
  const a = plain(context.evaluation, left, taint)
  if ((operator === 'in' || operator === 'not in') && right instanceof Map && !isHidden(left)) {
    // Only the keys matter; values are not rendered for it.
    const key = toKey(plainValue(context.evaluation, a as Operand, taint))
    return (dictGet(right as Map<Key, Value>, key) !== undefined) === (operator === 'in')
  }
  const b = plain(context.evaluation, right, taint)
  return silenced(taint, `'${operator}'`, () => compares(a, operator, b))
}
