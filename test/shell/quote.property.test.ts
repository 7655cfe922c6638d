import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quote } from '../../src/shell/quote.ts'
import { sh } from '../../src/shell/sh.ts'
import { describeShells } from '../connection/shells.ts'

/** Any text that a word can hold: no NUL, no lone surrogates (they have no bytes). */
const word = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~= \t\n\r\u0001\u0081\u0088\u00ff€-'.split('')),
  }),
)
const words = fc.array(
  word.filter((text) => !text.includes('\0') && text.isWellFormed()),
  { maxLength: 40 },
)

describeShells('quoted words', (shell) => {
  /** What the shell makes of the text, its words each ended by NUL. */
  const read = (text: string): string[] => {
    const script = `print() { for word; do printf '%s\\0' "$word"; done; }\nprint ${text}\n`
    // By standard input, as a resident shell gets it, so that no length of a command line is in the way.
    const { stdout, stderr, status } = spawnSync(shell[0] as string, shell.slice(1), { input: script })
    expect(stderr.toString()).toBe('')
    expect(status).toBe(0)
    return stdout.toString().split('\0').slice(0, -1)
  }

  test('come out as they went in', () => {
    fc.assert(
      fc.property(words, (list) => {
        expect(read(list.map(quote).join(' '))).toEqual(list)
      }),
      { numRuns: 100 },
    )
  })

  test('come out of a template as they went in, in any position', () => {
    fc.assert(
      fc.property(words, fc.integer(), (list, number) => {
        const first = list[0] ?? ''
        expect(read(sh`${list} ${number} ${first}`.reveal())).toEqual([...list, String(number), first])
      }),
      { numRuns: 100 },
    )
  })
})

test('NUL cannot be quoted', () => {
  expect(() => quote('a\0b')).toThrow(RangeError)
})
