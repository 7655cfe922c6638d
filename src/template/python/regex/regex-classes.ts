import { CONTROL_ESCAPES } from '../../../values/text/control-escapes.ts'

/**
 * What Python's `re` means by its classes in text, as the inside of a JavaScript class (flag `v`). JavaScript's own
 * `\w` and `\d` are ASCII only and its `\s` has U+FEFF in it.
 */
const UNICODE: Readonly<Record<string, string>> = {
  d: String.raw`\p{Nd}`,
  w: String.raw`\p{L}\p{N}_`,
  s: String.raw`\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`,
}
const ASCII: Readonly<Record<string, string>> = { d: '0-9', w: 'a-zA-Z0-9_', s: String.raw`\t-\r\x20` }

/** The class of `\d`, `\w`, `\s` and their opposites, with brackets; it may stand inside another class too. */
export function categoryClass(letter: string, ascii: boolean): string {
  const inside = (ascii ? ASCII : UNICODE)[letter.toLowerCase()]!
  return letter === letter.toLowerCase() ? `[${inside}]` : `[^${inside}]`
}

/** `\b` or `\B` by Python's `\w`. */
export function wordBoundary(letter: string, ascii: boolean): string {
  const word = categoryClass('w', ascii)
  return letter === 'b'
    ? `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`
    : `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`
}

const CONTROL: Readonly<Record<string, string>> = {
  ...CONTROL_ESCAPES,
  '\\': '\\',
}

/** The character that a one-letter escape stands for in a pattern (`b` only inside a class). */
export function controlCharacter(letter: string): string | undefined {
  return Object.hasOwn(CONTROL, letter) ? CONTROL[letter] : undefined
}

/** A character that means itself, inside or outside a class. */
export function literal(character: string): string {
  const code = character.codePointAt(0)!
  if (/[\p{L}\p{N}_]/u.test(character)) return character
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}
