import { parseExpression } from './expressions.ts'
import type { ArgumentList, Expression } from './nodes.ts'
import type { TokenStream } from './token-stream.ts'

/** The arguments of a call with their brackets: positional ones, then named ones, `*rest`, `**rest`. */
export function parseArguments(stream: TokenStream): ArgumentList {
  const { at } = stream.expectOperator('(')
  const positional: Expression[] = []
  const named: [string, Expression][] = []
  let rest: Expression | undefined
  let namedRest: Expression | undefined
  const require = (fine: boolean) => fine || stream.fail('invalid syntax for function call expression', at)
  let first = true
  while (!stream.isOperator(')')) {
    if (!first) {
      stream.expectOperator(',')
      if (stream.isOperator(')')) break
    }
    first = false
    if (stream.skipOperator('*')) {
      require(rest === undefined && namedRest === undefined)
      rest = parseExpression(stream)
    } else if (stream.skipOperator('**')) {
      require(namedRest === undefined)
      namedRest = parseExpression(stream)
    } else if (
      stream.current.kind === 'name' &&
      stream.following.kind === 'operator' &&
      stream.following.text === '='
    ) {
      require(namedRest === undefined)
      const name = stream.next().text
      stream.next()
      named.push([name, parseExpression(stream)])
    } else {
      require(rest === undefined && namedRest === undefined && named.length === 0)
      positional.push(parseExpression(stream))
    }
  }
  stream.expectOperator(')')
  return { positional, named, rest, namedRest }
}
