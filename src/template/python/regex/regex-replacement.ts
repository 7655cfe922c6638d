import { PythonError } from '../error.ts'
import { controlCharacter } from './regex-classes.ts'

/** A replacement cut into text and references to groups, by number or name. */
export type Replacement = readonly (string | { readonly group: number | string; readonly position: number })[]

/**
 * The replacement of Python's `re.sub`: `\1`, `\g<1>`, `\g<name>`, `\n` and other escapes.
 * @throws PythonError for an escape that Python does not know
 */
export function parseReplacement(template: string): Replacement {
  const parts: (string | { group: number | string; position: number })[] = []
  const pattern = /\\(?:g<([^>]*)>|(0[0-7]{0,2}|[0-3][0-7]{2})|([1-9]\d?)|([\s\S]?))|([^\\]+)/gu
  for (const match of template.matchAll(pattern)) {
    const [, reference, octal, number, letter, text] = match
    if (text !== undefined) parts.push(text)
    else if (reference !== undefined) {
      const position = match.index + 3
      if (!/^(?:\d+|[\p{L}_][\p{L}\p{N}_]*)$/u.test(reference)) {
        throw new PythonError(
          reference === ''
            ? `missing group name at position ${position}`
            : `bad character in group name '${reference}' at position ${position}`,
        )
      }
      parts.push({ group: /^\d/.test(reference) ? Number(reference) : reference, position })
    } else if (octal !== undefined) parts.push(String.fromCodePoint(Number.parseInt(octal, 8)))
    else if (number !== undefined) parts.push({ group: Number(number), position: match.index + 1 })
    else parts.push(plainEscape(letter!, match.index))
  }
  return parts
}

function plainEscape(letter: string, position: number): string {
  if (letter === '') throw new PythonError(`bad escape (end of pattern) at position ${position}`)
  if (letter === 'g') throw new PythonError(`missing < at position ${position + 2}`)
  const control = controlCharacter(letter)
  if (control !== undefined) return control
  if (/[a-zA-Z]/.test(letter)) throw new PythonError(`bad escape \\${letter} at position ${position}`)
  return `\\${letter}`
}

/** Refuses references to groups that the pattern does not have. @throws PythonError */
export function checkReplacement(replacement: Replacement, groups: number, names: ReadonlySet<string>): void {
  for (const part of replacement) {
    if (typeof part === 'string') continue
    if (typeof part.group === 'number' && part.group > groups) {
      throw new PythonError(`invalid group reference ${part.group} at position ${part.position}`)
    }
    if (typeof part.group === 'string' && !names.has(part.group)) {
      throw new PythonError(`unknown group name '${part.group}'`)
    }
  }
}

/** The text that takes a match's place; a group without text counts as empty. */
export function expandReplacement(replacement: Replacement, match: RegExpExecArray): string {
  return replacement
    .map((part) => {
      if (typeof part === 'string') return part
      return (typeof part.group === 'number' ? match[part.group] : match.groups?.[part.group]) ?? ''
    })
    .join('')
}
