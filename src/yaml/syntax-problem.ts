import type { Problem } from '../values/problem.ts'
import { REDACTED } from '../values/secret.ts'
import type { Lines } from './lines.ts'

/** Keys whose values an excerpt must not show. */
const SECRET_KEY = /^([^:]*(?:pass|secret|token|credential|_pw|\bpw|key)[^:]*:\s*)\S.*$/i

/** A syntax error with the line it is in, and the usual cause of such an error as hint. */
export function syntaxProblem(reason: string, offset: number, source: string, lines: Lines): Problem {
  const position = lines.at(offset)
  const line = lines.textAt(offset)
  const shown = SECRET_KEY.test(line) || line.includes('!secret') ? masked(line) : line
  const caret = shown === line ? `\n  ${' '.repeat(Math.max(0, (position.column ?? 1) - 1))}^` : ''
  return {
    message: `not valid YAML: ${reason}\n  ${shown.replaceAll('\t', '→')}${caret}`,
    position,
    hint:
      reason === 'deficient indentation'
        ? 'a [ or { above is not closed'
        : usualCause(line, source[offset] ?? ''),
  }
}

function masked(line: string): string {
  const key = SECRET_KEY.exec(line)?.[1] ?? line.slice(0, line.indexOf('!secret'))
  return `${key}${REDACTED}`
}

function usualCause(line: string, character: string): string | undefined {
  if (/^[^'"#]*[:-]\s+\{\{/.test(line)) {
    return 'text that begins with a template needs quotes around all of it: "{{ name }}/rest"'
  }
  if (/^\s*\t/.test(line)) return 'indent with spaces'
  if (character === '@' || character === '`')
    return `text that begins with ${character} needs quotes around it`
  if (/^[^'"#]*:\s+[^'"|>&*!{[][^#]*:(\s|$)/.test(line))
    return 'text with a colon and a space in it needs quotes around it'
  return undefined
}
