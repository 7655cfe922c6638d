import { categoryClass, controlCharacter, literal } from './regex-classes.ts'
import type { PatternCursor } from './regex-cursor.ts'

/** A member of a set: a character, or a category like `\w`. */
type Member = { readonly character: string } | { readonly category: string }

/**
 * The set behind an opening bracket, as a JavaScript class with flag `v`.
 * @param start the bracket's place, for messages
 * @throws PythonError
 */
export function translateSet(cursor: PatternCursor, start: number, ascii: boolean): string {
  let result = cursor.take('^') ? '[^' : '['
  const first = cursor.at
  while (!cursor.looking(']') || cursor.at === first) {
    const from = cursor.at
    const low = setMember(cursor, start, ascii)
    if (!cursor.looking('-') || cursor.peek(1) === ']') {
      result += 'category' in low ? low.category : literal(low.character)
      continue
    }
    cursor.next()
    const high = setMember(cursor, start, ascii)
    if ('category' in low || 'category' in high || low.character > high.character) {
      cursor.fail(`bad character range ${cursor.text(from)}`, from)
    }
    result += `${literal(low.character)}-${literal(high.character)}`
  }
  cursor.next()
  return `${result}]`
}

function setMember(cursor: PatternCursor, start: number, ascii: boolean): Member {
  const at = cursor.at
  const character = cursor.next()
  if (character === undefined) cursor.fail('unterminated character set', start)
  if (character !== '\\') return { character }
  const octal = cursor.matches(/^[1-7][0-7]{0,2}/)
  if (octal !== null) return { character: String.fromCodePoint(Number.parseInt(octal[0], 8)) }
  const letter = cursor.next()
  if (letter === undefined) cursor.fail('unterminated character set', start)
  if (/[dDwWsS]/.test(letter)) return { category: categoryClass(letter, ascii) }
  return { character: escapedCharacter(cursor, letter, at) }
}

/**
 * The character behind a backslash, in a set or outside one.
 * @param letter what stands behind the backslash, already passed
 * @param start the backslash's place, for messages
 * @throws PythonError for an escape that Python does not know
 */
export function escapedCharacter(cursor: PatternCursor, letter: string, start: number): string {
  const size = { x: 2, u: 4, U: 8 }[letter]
  if (size !== undefined) {
    const digits = cursor.matches(new RegExp(`^[\\da-fA-F]{0,${size}}`))![0]
    if (digits.length < size) cursor.fail(`incomplete escape \\${letter}${digits}`, start)
    const code = Number.parseInt(digits, 16)
    if (code > 0x10ffff) cursor.fail(`bad escape \\${letter}${digits}`, start)
    return String.fromCodePoint(code)
  }
  if (letter === '0') return String.fromCodePoint(Number.parseInt(`0${cursor.matches(/^[0-7]{0,2}/)![0]}`, 8))
  const control = controlCharacter(letter)
  if (control !== undefined) return control
  if (/[a-zA-Z\d]/.test(letter)) cursor.fail(`bad escape \\${letter}`, start)
  return letter
}
