import { Float } from '../../values/float.ts'
import { integer } from '../../values/value.ts'
import { readEscapes } from './escapes.ts'
import type { Token } from './token.ts'

const WHITESPACE = /\s+/y
const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy
const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}]*/uy
const STRING = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"/sy
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0]
}

/**
 * Tokens of one expression or statement, from `at` until `end` matches outside brackets (or the source ends, when
 * there is no `end`).
 * @returns where the closing mark begins and ends; not `closed` when the source ended first
 * @throws TemplateError for a character that begins nothing and a bracket that closes nothing
 */
export function expressionTokens(
  source: string,
  at: number,
  end: RegExp | undefined,
  keepBackslashes: boolean,
  push: (token: Token) => void,
  fail: (message: string, at: number) => never,
): { end: number; next: number; closed: boolean } {
  const open: string[] = []
  let position = at
  while (position < source.length || end !== undefined) {
    const closing = end === undefined || open.length > 0 ? undefined : match(end, source, position)
    if (closing !== undefined) return { end: position, next: position + closing.length, closed: true }
    if (position >= source.length) break
    const blank = match(WHITESPACE, source, position)
    if (blank !== undefined) {
      position += blank.length
      continue
    }
    const token = nextToken(source, position, keepBackslashes)
    if (token === undefined) {
      return fail(`unexpected char ${JSON.stringify(source[position])} at ${position}`, position)
    }
    if (token.kind === 'operator') balance(token, open, fail)
    push(token)
    position += token.length
  }
  return { end: position, next: position, closed: false }
}

function nextToken(
  source: string,
  at: number,
  keepBackslashes: boolean,
): (Token & { length: number }) | undefined {
  const float = match(FLOAT, source, at)
  if (float !== undefined) {
    const value = new Float(Number(float.replaceAll('_', '')))
    return { kind: 'float', text: float, value, at, length: float.length }
  }
  const whole = match(INTEGER, source, at)
  if (whole !== undefined) {
    const value = integer(BigInt(whole.replaceAll('_', '')))
    return { kind: 'integer', text: whole, value, at, length: whole.length }
  }
  const name = match(NAME, source, at)
  if (name !== undefined) return { kind: 'name', text: name, at, length: name.length }
  const quoted = match(STRING, source, at)
  if (quoted !== undefined) {
    const inner = quoted.slice(1, -1)
    return { kind: 'string', text: keepBackslashes ? inner : readEscapes(inner), at, length: quoted.length }
  }
  const operator = match(OPERATOR, source, at)
  return operator === undefined
    ? undefined
    : { kind: 'operator', text: operator, at, length: operator.length }
}

function balance(token: Token, open: string[], fail: (message: string, at: number) => never): void {
  const closing = CLOSING[token.text]
  if (closing !== undefined) {
    open.push(closing)
  } else if (token.text === ')' || token.text === ']' || token.text === '}') {
    const expected = open.pop()
    if (expected === undefined) fail(`unexpected '${token.text}'`, token.at)
    if (expected !== token.text) fail(`unexpected '${token.text}', expected '${expected}'`, token.at)
  }
}
