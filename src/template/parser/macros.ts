import { parseExpression } from './expressions.ts'
import { namesUsed } from './names.ts'
import type { MacroShape, Parameter, Statement } from './nodes.ts'
import { type ParseState, parseBody } from './statements.ts'
import type { TokenStream } from './token-stream.ts'

/** `{% macro name(a, b=1) %}...{% endmacro %}` */
export function parseMacro(state: ParseState, at: number): Statement {
  const name = state.stream.expect('name').text
  const parameters = parseParameters(state.stream)
  const { body } = parseBody(state, 'macro', 'endmacro')
  return { kind: 'macro', macro: shape(name, parameters, body, at), at }
}

/** `{% call(x) name(args) %}...{% endcall %}`: the body is what `caller(x)` gives inside the macro. */
export function parseCallBlock(state: ParseState, at: number): Statement {
  const { stream } = state
  const parameters = stream.isOperator('(') ? parseParameters(stream) : []
  const call = parseExpression(stream)
  if (call.kind !== 'call') return stream.fail('expected call', call.at)
  const { body } = parseBody(state, 'call', 'endcall')
  return { kind: 'call-block', call, caller: shape('caller', parameters, body, at), at }
}

function shape(name: string, parameters: Parameter[], body: Statement[], at: number): MacroShape {
  return { name, parameters, body, uses: namesUsed(body), at }
}

function parseParameters(stream: TokenStream): Parameter[] {
  const parameters: Parameter[] = []
  stream.expectOperator('(')
  while (!stream.isOperator(')')) {
    if (parameters.length > 0) stream.expectOperator(',')
    const name = stream.expect('name').text
    const fallback = stream.skipOperator('=') ? parseExpression(stream) : undefined
    if (fallback === undefined && parameters.at(-1)?.fallback !== undefined) {
      stream.fail('non-default argument follows default argument')
    }
    parameters.push({ name, fallback })
  }
  stream.expectOperator(')')
  return parameters
}
