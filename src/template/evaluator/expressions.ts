import type { Key, Value } from '../../values/value.ts'
import { Blank, type Operand, Tuple, Undefined } from '../operand.ts'
import { truth } from '../operators/truth.ts'
import type { Expression, FilterExpression } from '../parser/nodes.ts'
import { dictSet, toKey } from '../python/equality.ts'
import { argumentsOf, callOperand } from './calls.ts'
import type { Context } from './context.ts'
import { raise } from './errors.ts'
import { applyFilter } from './filters.ts'
import { applyTest } from './tests.ts'
import { attributeOf, itemOf } from './values/access.ts'
import { printed } from './values/concat.ts'
import { binary, comparison, unary } from './values/operations.ts'
import { resolveValue } from './values/resolve-operand.ts'
import { hideJoined, reveal, secretKey, Taint } from './values/secrets.ts'
import { type Bounds, sliceOf } from './values/slices.ts'

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
      return hideJoined(taint, parts.map((part) => printed(context.evaluation, part, taint)).join(''))
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
    const plainKey = toKey(resolveValue(context.evaluation, key, taint))
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
