import type { PythonRegex } from '../../template/python/regex/regex.ts'
import { bytesPattern, bytesText } from './patterns.ts'

/** What lineinfile shall do; texts as the task has them. */
export interface LineWish {
  readonly line: string
  readonly regexp: string | undefined
  readonly searchString: string | undefined
  /** One of them at most; without either a new line goes to the end. */
  readonly insertAfter: string | undefined
  readonly insertBefore: string | undefined
  readonly backrefs: boolean
  readonly firstMatch: boolean
}

/** The text after an edit, as `bytesText`, and Ansible's words for it; empty when nothing changed. */
export interface LineEdit {
  readonly text: string
  readonly message: string
}

/** A line's own text, without its end. */
function bare(line: string): string {
  let end = line.length
  while (end > 0 && (line[end - 1] === '\n' || line[end - 1] === '\r')) end--
  return line.slice(0, end)
}

/** Lines with their ends; only a line feed ends one. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** Where the task's line belongs. */
interface Spot {
  /** The line that is replaced; -1 for none. */
  at: number
  match: RegExpExecArray | boolean | null
  /** Where a new line goes; -1 when no pattern says so. */
  insert: number
}

/**
 * A file with the line that `state: present` wants, at the place that Ansible gives it (facts/modules.md, lineinfile).
 * @throws PythonError for a wrong pattern
 */
export function presentLine(text: string, wish: LineWish): LineEdit {
  const lines = splitLines(text)
  const line = bytesText(wish.line)
  const regexp = wish.regexp === undefined ? null : bytesPattern(wish.regexp)
  const spot = findSpot(lines, line, wish, regexp)
  const done = (message: string): LineEdit => ({ text: message === '' ? text : lines.join(''), message })
  if (spot.at !== -1) {
    const wanted =
      wish.backrefs && typeof spot.match === 'object' && spot.match !== null && regexp !== null
        ? regexp.expand(line, spot.match)
        : line
    const ended = wanted.endsWith('\n') ? wanted : `${wanted}\n`
    if (lines[spot.at] === ended) return done('')
    lines[spot.at] = ended
    return done('line replaced')
  }
  // Without a match there are no groups to fill in.
  if (wish.backrefs) return done('')
  if (wish.insertBefore === 'BOF' || wish.insertAfter === 'BOF') lines.unshift(`${line}\n`)
  else if (spot.insert === -1) {
    endLastLine(lines)
    lines.push(`${line}\n`)
  } else if (wish.insertAfter !== undefined) {
    if (bare(lines[Math.min(spot.insert, lines.length - 1)] as string) === line) return done('')
    // The line before may be the last one, and open.
    if (spot.insert === lines.length) endLastLine(lines)
    lines.splice(spot.insert, 0, `${line}\n`)
  } else lines.splice(spot.insert, 0, `${line}\n`)
  return done('line added')
}

function endLastLine(lines: string[]): void {
  const last = lines.at(-1)
  if (last !== undefined && !/[\r\n]$/.test(last)) lines[lines.length - 1] = `${last}\n`
}

function findSpot(lines: readonly string[], line: string, wish: LineWish, regexp: PythonRegex | null): Spot {
  const spot: Spot = { at: -1, match: null, insert: -1 }
  const search = wish.searchString === undefined ? null : bytesText(wish.searchString)
  if (regexp !== null || search !== null)
    for (const [at, one] of lines.entries()) {
      const match = regexp !== null ? regexp.search(one) : one.includes(search as string)
      if (match === null || match === false) continue
      spot.at = at
      spot.match = match
      if (wish.firstMatch) break
    }
  if (spot.match !== null) return spot
  const insertion = insertionPattern(wish)
  for (const [at, one] of lines.entries()) {
    if (bare(one) === line) spot.at = at
    else if (insertion?.search(one)) {
      spot.insert = wish.insertAfter === undefined ? at : at + 1
      if (wish.firstMatch) break
    }
  }
  return spot
}

function insertionPattern({ insertAfter, insertBefore }: LineWish): PythonRegex | null {
  if (insertAfter !== undefined && insertAfter !== 'BOF' && insertAfter !== 'EOF')
    return bytesPattern(insertAfter)
  if (insertBefore !== undefined && insertBefore !== 'BOF') return bytesPattern(insertBefore)
  return null
}

/** A file without the lines that `state: absent` means, and how many those were. @throws PythonError */
export function absentLine(
  text: string,
  wish: Pick<LineWish, 'regexp' | 'searchString'> & { readonly line: string | undefined },
): { readonly text: string; readonly found: number } {
  const lines = splitLines(text)
  const regexp = wish.regexp === undefined ? null : bytesPattern(wish.regexp)
  const search = wish.searchString === undefined ? null : bytesText(wish.searchString)
  const line = bytesText(wish.line ?? '')
  const kept = lines.filter((one) =>
    regexp !== null
      ? regexp.search(one) === null
      : search !== null
        ? !one.includes(search)
        : bare(one) !== line,
  )
  return { text: kept.join(''), found: lines.length - kept.length }
}
