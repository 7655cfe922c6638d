import type { Position } from '../../values/position.ts'
import { TemplateError } from '../api.ts'
import { tokenize, tokenizeExpression } from '../lexer/lexer.ts'
import { readHeader, type Settings } from '../lexer/settings.ts'
import { parseExpression } from './expressions.ts'
import type { BlockStatement, Expression, Statement } from './nodes.ts'
import { parseNodes } from './statements.ts'
import { TokenStream } from './token-stream.ts'
import { partsOf, walkExpression, walkStatements } from './walk.ts'

/** A parsed template. The same for every host, so it knows no values. */
export interface Template {
  readonly body: readonly Statement[]
  readonly blocks: ReadonlyMap<string, BlockStatement>
  /** Line breaks at the end of the source; a text result gets as many. */
  readonly finalNewlines: number
  readonly newline: string
  /** Calls a method that changes a list or dict, so that variables must be copied first. */
  readonly changesData: boolean
  locate(at: number): Position | undefined
}

/** A parsed expression without marks, as conditions are written. */
export interface ParsedExpression {
  readonly expression: Expression
  readonly changesData: boolean
  locate(at: number): Position | undefined
}

/** Where a template stands: its file and, for text inside a file, the place of its first character. */
export type Origin = Position | undefined

/**
 * Parses a template.
 * @throws TemplateError at the place of the first syntax error
 */
export function parseTemplate(text: string, origin: Origin, given: Settings): Template {
  const whole = text.replace(/\r\n?/g, '\n')
  let locate = locator(whole, origin)
  const fail = (message: string, at: number): never => {
    throw new TemplateError(`Syntax error in template: ${message}`, locate(at))
  }
  const header = atPlace(() => readHeader(whole, given), fail)
  const { settings, skipped } = header
  const { source } = header
  if (skipped > 0 && origin !== undefined) {
    locate = locator(source, { ...origin, line: (origin.line ?? 1) + skipped, column: 1 })
  }
  // Jinja drops one line break at the very end; the engine puts back what a text result lacks.
  const trimmed = source.endsWith('\n') ? source.slice(0, -1) : source
  const stream = new TokenStream(tokenize(trimmed, settings, fail), fail)
  // Text without any mark is text, also when nothing of it is left; blocks that print nothing are null.
  const body: Statement[] =
    trimmed === ''
      ? [{ kind: 'data', text: '', at: 0 }]
      : parseNodes({ stream, waiting: [], blocks: new Set() }, [])
  const blocks = new Map<string, BlockStatement>()
  collectBlocks(body, blocks)
  let changesData = false
  walkStatements(body, (expression) => {
    changesData ||= isChange(expression)
  })
  const finalNewlines = source.length - source.replace(/\n+$/, '').length
  return { body, blocks, finalNewlines, newline: settings.newline, changesData, locate }
}

/**
 * Parses an expression without marks. Text constants have their escapes read.
 * @throws TemplateError at the place of the first syntax error
 */
export function parseBareExpression(text: string, origin: Origin): ParsedExpression {
  const locate = locator(text, origin)
  const fail = (message: string, at: number): never => {
    throw new TemplateError(`Syntax error in expression: ${message}`, locate(at))
  }
  const stream = new TokenStream(tokenizeExpression(text, false, fail), fail)
  const expression = parseExpression(stream)
  if (stream.current.kind !== 'end') stream.fail('chunk after expression')
  let changesData = false
  walkExpression(expression, (part) => {
    changesData ||= isChange(part)
  })
  return { expression, changesData, locate }
}

function atPlace<T>(read: () => T, fail: (message: string, at: number) => never): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof TemplateError) fail(error.message, 0)
    throw error
  }
}

/** Line and column of a character, counted from the origin. */
function locator(source: string, origin: Origin): (at: number) => Position | undefined {
  return (at) => {
    if (origin?.line === undefined) return origin
    const before = source.slice(0, at)
    const lineStart = before.lastIndexOf('\n') + 1
    if (lineStart === 0) return { ...origin, column: (origin.column ?? 1) + at }
    const line = origin.line + before.split('\n').length - 1
    return { file: origin.file, line, column: at - lineStart + 1 }
  }
}

function collectBlocks(body: readonly Statement[], blocks: Map<string, BlockStatement>): void {
  for (const statement of body) {
    if (statement.kind === 'block') blocks.set(statement.name, statement)
    for (const inner of partsOf(statement).bodies) collectBlocks(inner, blocks)
  }
}

const CHANGING = new Set(
  'append extend insert remove clear sort reverse pop popitem update setdefault'.split(' '),
)

function isChange(expression: Expression): boolean {
  return expression.kind === 'attribute' && CHANGING.has(expression.name)
}
