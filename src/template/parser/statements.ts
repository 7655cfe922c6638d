import { parseBlock, parseExtends, parseFromImport, parseImport, parseInclude } from './composition.ts'
import { parseExpression, parseTupleOrExpression } from './expressions.ts'
import { parseFilterChain } from './filters-and-tests.ts'
import { parseCallBlock, parseMacro } from './macros.ts'
import type { Expression, Statement, Target } from './nodes.ts'
import { parseTarget } from './targets.ts'
import type { TokenStream } from './token-stream.ts'

/** What the statements of one template share while it is parsed. */
export interface ParseState {
  readonly stream: TokenStream
  /** Closing words the enclosing statements wait for, innermost last; for messages. */
  readonly waiting: { readonly tag: string; readonly words: readonly string[] }[]
  /** Names of the blocks met. */
  readonly blocks: Set<string>
}

type StatementParser = (state: ParseState, at: number) => Statement

const STATEMENTS: Readonly<Record<string, StatementParser>> = {
  for: parseFor,
  if: parseIf,
  set: parseSet,
  with: parseWith,
  macro: parseMacro,
  call: parseCallBlock,
  filter: parseFilterBlock,
  autoescape: parseAutoescape,
  block: parseBlock,
  extends: parseExtends,
  include: parseInclude,
  import: parseImport,
  from: parseFromImport,
}

/** Text, prints and statements until one of the closing words (which stays the current token) or the end. */
export function parseNodes(state: ParseState, closing: readonly string[]): Statement[] {
  const { stream } = state
  const nodes: Statement[] = []
  for (;;) {
    const { kind, text, at } = stream.current
    if (kind === 'end') return nodes
    stream.next()
    if (kind === 'data') {
      nodes.push({ kind: 'data', text, at })
    } else if (kind === 'variableBegin') {
      nodes.push({ kind: 'print', expression: parseTupleOrExpression(stream), at })
      stream.expect('variableEnd')
    } else {
      if (stream.isName(...closing)) return nodes
      nodes.push(stream.nested(() => parseStatement(state)))
      stream.expect('blockEnd')
    }
  }
}

function parseStatement(state: ParseState): Statement {
  const { stream } = state
  const token = stream.current
  if (token.kind !== 'name') return stream.fail('tag name expected')
  const parser = Object.hasOwn(STATEMENTS, token.text) ? STATEMENTS[token.text]! : undefined
  if (parser === undefined) {
    return stream.fail(`Encountered unknown tag '${token.text}'.${expectation(state)}`)
  }
  stream.next()
  return parser(state, token.at)
}

/**
 * The body of a statement: from the end of its opening tag until one of the closing words.
 * @returns the body and the closing word, which is consumed
 */
export function parseBody(
  state: ParseState,
  tag: string,
  ...words: string[]
): { body: Statement[]; closedBy: string } {
  const { stream } = state
  stream.skipOperator(':')
  stream.expect('blockEnd')
  state.waiting.push({ tag, words })
  const body = parseNodes(state, words)
  if (stream.current.kind === 'end') stream.fail(`Unexpected end of template.${expectation(state)}`)
  state.waiting.pop()
  return { body, closedBy: stream.next().text }
}

function expectation(state: ParseState): string {
  const innermost = state.waiting.at(-1)
  if (innermost === undefined) return ''
  const words = innermost.words.map((word) => `'${word}'`).join(' or ')
  return (
    ` Jinja was looking for the following tags: ${words}.` +
    ` The innermost block that needs to be closed is '${innermost.tag}'.`
  )
}

function parseFor(state: ParseState, at: number): Statement {
  const { stream } = state
  const target = parseTarget(stream)
  stream.expectWord('in')
  const items = parseTupleOrExpression(stream, false)
  const filter = stream.skipName('if') ? parseExpression(stream) : undefined
  const recursive = stream.skipName('recursive')
  const { body, closedBy } = parseBody(state, 'for', 'endfor', 'else')
  const otherwise = closedBy === 'else' ? parseBody(state, 'for', 'endfor').body : []
  return { kind: 'for', target, items, filter, recursive, body, otherwise, at }
}

function parseIf(state: ParseState, at: number): Statement {
  const branches: { test: Expression; body: Statement[] }[] = []
  for (;;) {
    const test = parseTupleOrExpression(state.stream, false)
    const { body, closedBy } = parseBody(state, 'if', 'elif', 'else', 'endif')
    branches.push({ test, body })
    if (closedBy === 'elif') continue
    const otherwise = closedBy === 'else' ? parseBody(state, 'if', 'endif').body : []
    return { kind: 'if', branches, otherwise, at }
  }
}

function parseSet(state: ParseState, at: number): Statement {
  const { stream } = state
  const target = parseTarget(stream, true)
  if (stream.skipOperator('=')) return { kind: 'set', target, value: parseTupleOrExpression(stream), at }
  const filter = stream.skipOperator('|') ? parseFilterChain(stream, undefined, true) : undefined
  const { body } = parseBody(state, 'set', 'endset')
  return { kind: 'set-block', target, filter, body, at }
}

function parseWith(state: ParseState, at: number): Statement {
  const { stream } = state
  const assignments: [Target, Expression][] = []
  while (stream.current.kind !== 'blockEnd') {
    if (assignments.length > 0) stream.expectOperator(',')
    const target = parseTarget(stream)
    stream.expectOperator('=')
    assignments.push([target, parseExpression(stream)])
  }
  return { kind: 'with', assignments, body: parseBody(state, 'with', 'endwith').body, at }
}

function parseFilterBlock(state: ParseState, at: number): Statement {
  const filter = parseFilterChain(state.stream, undefined, true)
  return { kind: 'filter-block', filter, body: parseBody(state, 'filter', 'endfilter').body, at }
}

function parseAutoescape(state: ParseState, at: number): Statement {
  parseExpression(state.stream)
  return { kind: 'scope', body: parseBody(state, 'autoescape', 'endautoescape').body, at }
}
