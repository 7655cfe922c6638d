import { isIP } from 'node:net'

const RANGE = String.raw`\[(?:[A-Za-z]:[A-Za-z]|\d+:\d+)(?::\d+)?\]`
const LABEL = String.raw`(?:[\p{L}\p{N}_]|${RANGE})(?:[\p{L}\p{N}_-]|${RANGE})*`
const HOST_NAME = new RegExp(String.raw`^${LABEL}(?:\.${LABEL})*(?::\d+)?$`, 'u')
/** Anything but blanks and colons, or a whole bracket expression. A bracket without its partner stays, to be refused. */
const WORD = /(?:\[[^\]]*\]|[^\s:])+/g

/**
 * Splits a pattern into its words: at commas if it has any; whole if it is one address or host name, perhaps with a
 * range or port; else at colons and blanks outside brackets.
 */
export function patternWords(pattern: string): string[] {
  const words = pattern.includes(',')
    ? pattern.split(',')
    : isOne(pattern)
      ? [pattern]
      : (pattern.match(WORD) ?? [])
  return words.map((word) => word.trim()).filter((word) => word !== '')
}

function isOne(pattern: string): boolean {
  return (
    isIP(pattern) !== 0 || isIP(/^\[(.+)\]:\d+$/.exec(pattern)?.[1] ?? '') !== 0 || HOST_NAME.test(pattern)
  )
}
