import { describe } from '../lexer/token.ts'
import { parseExpression, parseTupleOrExpression } from './expressions.ts'
import type { Expression } from './nodes.ts'
import type { TokenStream } from './token-stream.ts'

const CONSTANTS = new Map<string, null | boolean>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
])

/** A name, a constant, or what stands in brackets. */
export function parsePrimary(stream: TokenStream): Expression {
  const token = stream.current
  const { at } = token
  switch (token.kind) {
    case 'name': {
      stream.next()
      const constant = CONSTANTS.get(token.text)
      return constant === undefined
        ? { kind: 'name', name: token.text, at }
        : { kind: 'constant', value: constant, at }
    }
    case 'string': {
      let text = ''
      while (stream.current.kind === 'string') text += stream.next().text
      return { kind: 'constant', value: text, at }
    }
    case 'integer':
    case 'float':
      stream.next()
      return { kind: 'constant', value: token.value!, at }
    case 'operator':
      if (token.text === '(') return parseParentheses(stream)
      if (token.text === '[') return parseList(stream)
      if (token.text === '{') return parseDict(stream)
  }
  return stream.fail(`unexpected '${describe(token)}'`)
}

function parseParentheses(stream: TokenStream): Expression {
  const { at } = stream.next()
  if (stream.skipOperator(')')) return { kind: 'tuple', items: [], at }
  const inner = parseTupleOrExpression(stream)
  stream.expectOperator(')')
  return inner
}

function parseList(stream: TokenStream): Expression {
  const { at } = stream.next()
  const items: Expression[] = []
  while (!stream.isOperator(']')) {
    if (items.length > 0) stream.expectOperator(',')
    if (stream.isOperator(']')) break
    items.push(parseExpression(stream))
  }
  stream.expectOperator(']')
  return { kind: 'list', items, at }
}

function parseDict(stream: TokenStream): Expression {
  const { at } = stream.next()
  const pairs: [Expression, Expression][] = []
  while (!stream.isOperator('}')) {
    if (pairs.length > 0) stream.expectOperator(',')
    if (stream.isOperator('}')) break
    const key = parseExpression(stream)
    stream.expectOperator(':')
    pairs.push([key, parseExpression(stream)])
  }
  stream.expectOperator('}')
  return { kind: 'dict', pairs, at }
}
