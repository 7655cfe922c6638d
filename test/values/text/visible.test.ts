import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cut, displayText, jsonLine } from '../../../src/values/text/visible.ts'

const shown = (text: string) => displayText(Buffer.from(text))

test.each([
  ['plain text, tabs and lines', 'a\tb\nc', 'a\tb\nc'],
  ['UTF-8', 'Grüße 世界 🚀', 'Grüße 世界 🚀'],
  ['colours and cursor movement', '\u001b[1;31mred\u001b[0m\u001b[2K\u001b[1A', 'red'],
  ['a window title and a link', '\u001b]0;title\u0007a\u001b]8;;http://x\u001b\\b', 'ab'],
  ['a lone escape, bell, backspace and return', '\u001b\u0007\b\r', '\\x1b\\x07\\x08\\x0d'],
  ['line ends of Windows', 'a\r\nb', 'a\nb'],
  ['C1 controls and DEL', '\u009b31m\u007f', '\\x9b31m\\x7f'],
  ['what reorders text', 'a\u202eb\u2066c\u200f', 'a\\u{202e}b\\u{2066}c\\u{200f}'],
  ['what is not seen', 'a\u200bb\ufeff\u{e0041}\u00ad', 'a\\u{200b}b\\u{feff}\\u{e0041}\\xad'],
])('%s', (_, text, expected) => {
  expect(shown(text)).toBe(expected)
})

test('bytes that are no UTF-8 are shown as such, and do not hide what follows', () => {
  expect(displayText(Buffer.from([0x61, 0xff, 0xfe, 0x62]))).toBe('a\ufffd\ufffdb')
})

test('long text is cut, never in the middle of a character', () => {
  expect(displayText(Buffer.from('abcdef'), 3)).toBe('abc…')
  expect(displayText(Buffer.from('🚀🚀🚀'), 3)).toBe('🚀…')
  expect(displayText(Buffer.from('ä'.repeat(100)), 10)).toBe(`${'ä'.repeat(10)}…`)
  expect(displayText(Buffer.from(`${'\u001b[31m'.repeat(1000)}x`), 10)).toMatch(/…$/)
})

test('no bytes can bring a control character to the terminal, or more text than asked for', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  )
  fc.assert(
    fc.property(bytes, fc.integer({ min: 0, max: 100 }), (some, max) => {
      const text = displayText(Buffer.from(some), max)
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      expect(text.length).toBeLessThanOrEqual(max + 1)
      expect(text.isWellFormed()).toBe(true)
    }),
  )
})

test('JSON shows everything that it holds, and reads back as it was', () => {
  const hidden = '\u009b31m\u007f\u202e\u2066\u200b\ufeff\u{e0041}\u2028\u3164'
  expect(jsonLine({ [hidden]: `a${hidden}\nb` })).toMatch(/^[\x20-\x7e]*$/)
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const line = jsonLine([value, text])
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify([value, text])))
      expect(line).not.toMatch(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u206f]/u)
    }),
  )
})

test('a text is cut with a mark, never in the middle of a character', () => {
  expect([cut('abc', 3), cut('abcd', 3), cut('a🚀b', 2), cut('abc')]).toEqual(['abc', 'abc…', 'a…', 'abc'])
})
