import { bytesPattern, bytesText } from './patterns.ts'

/** What blockinfile shall do; texts as the task has them. */
export interface BlockWish {
  /** Empty: the block goes. */
  readonly block: string
  /** The lines before and behind the block, without their ends. */
  readonly begin: string
  readonly end: string
  /** One of them at most; without either a new block goes to the end. */
  readonly insertAfter: string | undefined
  readonly insertBefore: string | undefined
  /** Blank lines that keep the block apart from what stands before and behind it. */
  readonly prependNewline: boolean
  readonly appendNewline: boolean
}

/** Lines with their ends, as Python splits bytes: CR, LF and both end one. */
function splitLines(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? []
}

/**
 * A file's text (as `bytesText`) with the block between its marker lines, at the place that Ansible gives it
 * (facts/modules.md, blockinfile). @throws PythonError for a wrong pattern
 */
export function editBlock(text: string, wish: BlockWish): string {
  const lines = splitLines(text)
  const [begin, end] = [`${bytesText(wish.begin)}\n`, `${bytesText(wish.end)}\n`]
  const block = bytesText(wish.block)
  const present = block !== ''
  const [first, last] = [lines.lastIndexOf(begin), lines.lastIndexOf(end)]
  let at: number
  if (first === -1 || last === -1) at = newPlace(text, lines, wish)
  else {
    at = Math.min(first, last)
    lines.splice(at, Math.abs(first - last) + 1)
  }
  const before = lines[at - 1]
  if (before !== undefined && !before.endsWith('\n')) lines[at - 1] = `${before}\n`
  if (wish.prependNewline && at > 0 && lines[at - 1] !== '\n') {
    lines.splice(at, 0, '\n')
    at++
  }
  if (present) {
    lines.splice(at, 0, begin, block.endsWith('\n') ? block : `${block}\n`, end)
    at += 3
  }
  if (wish.appendNewline && at < lines.length && lines[at] !== '\n') lines.splice(at, 0, '\n')
  return lines.join('')
}

/** Where a block goes that is not there yet: an index of a line. */
function newPlace(text: string, lines: readonly string[], { insertAfter, insertBefore }: BlockWish): number {
  if (insertAfter !== undefined && insertAfter !== 'EOF') return hit(text, lines, insertAfter, true)
  if (insertBefore !== undefined && insertBefore !== 'BOF') return hit(text, lines, insertBefore, false)
  return insertBefore === undefined ? lines.length : 0
}

/** The place at the last line that a pattern matches, the end when there is none. */
function hit(text: string, lines: readonly string[], pattern: string, after: boolean): number {
  const regexp = bytesPattern(pattern)
  let at: number
  if (isMultiline(pattern)) {
    const match = regexp.search(text)
    const until = match === null ? -1 : match.index + (after ? match[0].length : 0)
    at = match === null ? -1 : text.slice(0, until).split('\n').length - 1
  } else at = lines.findLastIndex((line) => regexp.search(line) !== null)
  if (at === -1) return lines.length
  return Math.min(at + (after ? 1 : 0), lines.length)
}

/** Whether a pattern sets the flag `m` for itself; then it is looked for in the whole text. */
function isMultiline(pattern: string): boolean {
  return /^(?:\(\?[aisux]+\))*\(\?[aisux]*m[aimsux]*\)/.test(pattern)
}
