import { parseExpression } from './expressions.ts'
import type { Statement } from './nodes.ts'
import { type ParseState, parseBody } from './statements.ts'
import type { TokenStream } from './token-stream.ts'

/** `{% block name %}...{% endblock %}` */
export function parseBlock(state: ParseState, at: number): Statement {
  const { stream } = state
  const name = stream.expect('name').text
  const scoped = stream.skipName('scoped')
  const required = stream.skipName('required')
  if (state.blocks.has(name)) stream.fail(`block '${name}' defined twice`, at)
  state.blocks.add(name)
  const { body } = parseBody(state, 'block', 'endblock')
  stream.skipName(name)
  return { kind: 'block', name, body, scoped, required, at }
}

/** `{% extends name %}` */
export function parseExtends(state: ParseState, at: number): Statement {
  return { kind: 'extends', template: parseExpression(state.stream), at }
}

/** `{% include name ignore missing with context %}` */
export function parseInclude(state: ParseState, at: number): Statement {
  const { stream } = state
  const template = parseExpression(stream)
  const ignoreMissing = stream.isName('ignore') && stream.following.text === 'missing'
  if (ignoreMissing) {
    stream.next()
    stream.next()
  }
  return { kind: 'include', template, ignoreMissing, withContext: parseContext(stream, true), at }
}

/** `{% import name as alias without context %}` */
export function parseImport(state: ParseState, at: number): Statement {
  const { stream } = state
  const template = parseExpression(stream)
  stream.expectWord('as')
  const name = stream.expect('name').text
  return { kind: 'import', template, name, withContext: parseContext(stream, false), at }
}

/** `{% from name import a, b as c with context %}` */
export function parseFromImport(state: ParseState, at: number): Statement {
  const { stream } = state
  const template = parseExpression(stream)
  stream.expectWord('import')
  const names: { name: string; as: string }[] = []
  while (stream.current.kind === 'name' && !beginsContext(stream)) {
    const name = stream.next().text
    if (name.startsWith('_')) stream.fail('names starting with an underline can not be imported')
    names.push({ name, as: stream.skipName('as') ? stream.expect('name').text : name })
    if (!stream.skipOperator(',')) break
  }
  if (names.length === 0) stream.expect('name')
  return { kind: 'from-import', template, names, withContext: parseContext(stream, false), at }
}

function beginsContext(stream: TokenStream): boolean {
  return stream.isName('with', 'without') && stream.following.text === 'context'
}

function parseContext(stream: TokenStream, otherwise: boolean): boolean {
  if (!beginsContext(stream)) return otherwise
  const withContext = stream.next().text === 'with'
  stream.next()
  return withContext
}
