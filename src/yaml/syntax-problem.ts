import type { Problem } from '../values/problem.ts'
import type { Lines } from './lines.ts'

/** What js-yaml quotes of the source in its reasons: names of tags and handles. */
const QUOTED = /: .*|"[^"]*"/s

/**
 * A syntax error with its place, and the usual cause of such an error as hint. It shows nothing of the file: a line may
 * belong to a secret of several lines, or be one that its key does not betray, and nothing is known of a text that
 * cannot be read.
 */
export function syntaxProblem(reason: string, offset: number, source: string, lines: Lines): Problem {
  return {
    message: `not valid YAML: ${QUOTING.test(reason) ? reason.replace(QUOTED, '') : reason}`,
    position: lines.at(offset),
    hint:
      reason === 'deficient indentation'
        ? 'a [ or { above is not closed'
        : usualCause(lines.textAt(offset), source[offset] ?? ''),
  }
}

/** Reasons with such a quotation; the others are fixed texts. */
const QUOTING =
  /^(?:tag name cannot contain such characters|undeclared tag handle|there is a previously declared suffix)/

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
