import { parseArguments } from './arguments.ts'
import { parseCall, parsePostfix } from './expressions.ts'
import { parsePrimary } from './literals.ts'
import type { Expression, FilterExpression } from './nodes.ts'
import { NO_ARGUMENTS } from './nodes.ts'
import type { TokenStream } from './token-stream.ts'

/** Filters and tests behind a value, and calls of their results. */
export function parseFilters(stream: TokenStream, value: Expression): Expression {
  let expression = value
  for (;;) {
    if (stream.isOperator('|')) expression = parseFilterChain(stream, expression)
    else if (stream.isName('is')) expression = parseTest(stream, expression)
    else if (stream.isOperator('(')) expression = parseCall(stream, expression)
    else return expression
  }
}

/** `| name(args) | ...`; without the first bar when `inBlock` (a filter block, whose text comes in). */
export function parseFilterChain(stream: TokenStream, of: Expression): Expression
export function parseFilterChain(stream: TokenStream, of: undefined, inBlock: true): FilterExpression
export function parseFilterChain(
  stream: TokenStream,
  of: Expression | undefined,
  inBlock = false,
): Expression {
  let expression = of
  let first = inBlock
  while (stream.isOperator('|') || first) {
    if (!first) stream.next()
    first = false
    const { at } = stream.current
    const name = dottedName(stream)
    const args = stream.isOperator('(') ? parseArguments(stream) : NO_ARGUMENTS
    expression = { kind: 'filter', of: expression, name, args, at }
  }
  return expression!
}

function dottedName(stream: TokenStream): string {
  let name = stream.expect('name').text
  while (stream.skipOperator('.')) name += `.${stream.expect('name').text}`
  return name
}

function parseTest(stream: TokenStream, of: Expression): Expression {
  stream.next()
  const negated = stream.skipName('not')
  const { at } = stream.current
  const name = dottedName(stream)
  let args = NO_ARGUMENTS
  if (stream.isOperator('(')) {
    args = parseArguments(stream)
  } else if (beginsTestArgument(stream)) {
    if (stream.isName('is')) stream.fail('You cannot chain multiple tests with is')
    args = { ...NO_ARGUMENTS, positional: [parsePostfix(stream, parsePrimary(stream))] }
  }
  const test: Expression = { kind: 'test', of, name, args, at }
  return negated ? { kind: 'unary', operator: 'not', of: test, at } : test
}

function beginsTestArgument(stream: TokenStream): boolean {
  const { kind } = stream.current
  if (kind === 'string' || kind === 'integer' || kind === 'float') return true
  if (kind === 'name') return !stream.isName('else', 'or', 'and')
  return stream.isOperator('[', '{')
}
