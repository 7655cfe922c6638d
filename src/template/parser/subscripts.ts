import { describe } from '../lexer/token.ts'
import { parseExpression } from './expressions.ts'
import type { Expression } from './nodes.ts'
import type { TokenStream } from './token-stream.ts'

/** `.name`, `.0`, `[index]` or `[start:stop:step]` behind a value. */
export function parseSubscript(stream: TokenStream, of: Expression): Expression {
  const opening = stream.next()
  if (opening.text === '.') {
    const token = stream.next()
    if (token.kind === 'name') return { kind: 'attribute', of, name: token.text, at: token.at }
    if (token.kind !== 'integer') {
      return stream.fail(`expected name or number, got '${describe(token)}'`, token.at)
    }
    return { kind: 'item', of, index: { kind: 'constant', value: token.value!, at: token.at }, at: token.at }
  }
  const { at } = stream.current
  const indexes: Expression[] = []
  let isTuple = false
  while (!stream.isOperator(']')) {
    if (indexes.length > 0) {
      stream.expectOperator(',')
      isTuple = true
      if (stream.isOperator(']')) break
    }
    indexes.push(parseIndex(stream))
  }
  if (indexes.length === 0) stream.fail("Expected an expression, got ']'")
  stream.expectOperator(']')
  return { kind: 'item', of, index: isTuple ? { kind: 'tuple', items: indexes, at } : indexes[0]!, at }
}

function parseIndex(stream: TokenStream): Expression {
  const { at } = stream.current
  let start: Expression | undefined
  if (!stream.isOperator(':')) {
    start = parseExpression(stream)
    if (!stream.isOperator(':')) return start
  }
  stream.expectOperator(':')
  const ends = () => stream.isOperator(']', ',', ':')
  const stop = ends() ? undefined : parseExpression(stream)
  const step = stream.skipOperator(':') && !ends() ? parseExpression(stream) : undefined
  return { kind: 'slice', start, stop, step, at }
}
