import { describe } from '../lexer/token.ts'
import { parseArguments } from './arguments.ts'
import { parseFilters } from './filters-and-tests.ts'
import { parsePrimary } from './literals.ts'
import type { BinaryOperator, Comparison, Expression } from './nodes.ts'
import { parseSubscript } from './subscripts.ts'
import type { TokenStream } from './token-stream.ts'

/*
 * Jinja's grammar, rule by rule and in its order of precedence: condition, or, and, not, comparison, sum, `~`, product,
 * power, sign, and what stands behind a value: attributes, items, calls, filters and tests.
 */

/** An expression, `a if b else c` included where `withCondition`. */
export function parseExpression(stream: TokenStream, withCondition = true): Expression {
  return stream.nested(() => (withCondition ? parseCondition(stream) : parseOr(stream)))
}

/** An expression or several with commas between, which make a tuple. */
export function parseTupleOrExpression(stream: TokenStream, withCondition = true): Expression {
  const at = stream.current.at
  const items: Expression[] = []
  let isTuple = false
  while (!endsTuple(stream)) {
    items.push(parseExpression(stream, withCondition))
    if (!stream.isOperator(',')) break
    stream.next()
    isTuple = true
  }
  if (items.length === 0) return stream.fail(`Expected an expression, got '${describe(stream.current)}'`)
  return isTuple ? { kind: 'tuple', items, at } : items[0]!
}

function endsTuple(stream: TokenStream): boolean {
  const { kind } = stream.current
  return kind === 'variableEnd' || kind === 'blockEnd' || kind === 'end' || stream.isOperator(')')
}

function parseCondition(stream: TokenStream): Expression {
  let expression = parseOr(stream)
  while (stream.isName('if')) {
    const { at } = stream.next()
    const test = parseOr(stream)
    const otherwise = stream.skipName('else') ? stream.nested(() => parseCondition(stream)) : undefined
    expression = { kind: 'condition', test, value: expression, otherwise, at }
  }
  return expression
}

function parseOr(stream: TokenStream): Expression {
  let left = parseAnd(stream)
  while (stream.isName('or')) {
    const { at } = stream.next()
    left = { kind: 'or', left, right: parseAnd(stream), at }
  }
  return left
}

function parseAnd(stream: TokenStream): Expression {
  let left = parseNot(stream)
  while (stream.isName('and')) {
    const { at } = stream.next()
    left = { kind: 'and', left, right: parseNot(stream), at }
  }
  return left
}

function parseNot(stream: TokenStream): Expression {
  if (!stream.isName('not')) return parseComparison(stream)
  const { at } = stream.next()
  return { kind: 'unary', operator: 'not', of: stream.nested(() => parseNot(stream)), at }
}

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='] as const

function parseComparison(stream: TokenStream): Expression {
  const { at } = stream.current
  const first = parseSum(stream)
  const rest: { operator: Comparison; right: Expression; at: number }[] = []
  for (;;) {
    const operator = comparison(stream)
    if (operator === undefined) break
    const place = stream.next().at
    if (operator === 'not in') stream.next()
    rest.push({ operator, right: parseSum(stream), at: place })
  }
  return rest.length === 0 ? first : { kind: 'compare', first, rest, at }
}

function comparison(stream: TokenStream): Comparison | undefined {
  if (stream.isName('in')) return 'in'
  const { following } = stream
  if (stream.isName('not') && following.kind === 'name' && following.text === 'in') return 'not in'
  return COMPARISONS.find((sign) => stream.isOperator(sign))
}

function binary(operators: readonly BinaryOperator[], parseOperand: (stream: TokenStream) => Expression) {
  return (stream: TokenStream): Expression => {
    let left = parseOperand(stream)
    for (;;) {
      const operator = operators.find((sign) => stream.isOperator(sign))
      if (operator === undefined) return left
      const { at } = stream.next()
      left = { kind: 'binary', operator, left, right: parseOperand(stream), at }
    }
  }
}

const parsePower = binary(['**'], (stream) => parseUnary(stream, true))
const parseProduct = binary(['*', '/', '//', '%'], parsePower)
const parseSum = binary(['+', '-'], parseConcat)

function parseConcat(stream: TokenStream): Expression {
  const { at } = stream.current
  const parts = [parseProduct(stream)]
  while (stream.skipOperator('~')) parts.push(parseProduct(stream))
  return parts.length === 1 ? parts[0]! : { kind: 'concat', parts, at }
}

/** A value with its sign and with what stands behind it. Filters bind closer than the sign, but not inside it. */
function parseUnary(stream: TokenStream, withFilters: boolean): Expression {
  const { at } = stream.current
  let expression: Expression
  if (stream.isOperator('-', '+')) {
    const operator = stream.next().text as '-' | '+'
    expression = { kind: 'unary', operator, of: stream.nested(() => parseUnary(stream, false)), at }
  } else {
    expression = parsePostfix(stream, parsePrimary(stream))
  }
  return withFilters ? parseFilters(stream, expression) : expression
}

/** Attributes, items and calls behind a value. */
export function parsePostfix(stream: TokenStream, value: Expression): Expression {
  let expression = value
  for (;;) {
    if (stream.isOperator('.', '[')) expression = parseSubscript(stream, expression)
    else if (stream.isOperator('(')) expression = parseCall(stream, expression)
    else return expression
  }
}

/** A call behind a value. */
export function parseCall(stream: TokenStream, of: Expression): Expression {
  const { at } = stream.current
  return { kind: 'call', of, args: parseArguments(stream), at }
}
