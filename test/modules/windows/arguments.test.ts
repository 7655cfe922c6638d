import fc from 'fast-check'
import { expect, test } from 'vitest'
import { programAndRest, windowsArguments } from '../../../src/modules/windows/arguments.ts'

/** The rules by which C programs on Windows split their command line, as Microsoft documents them. */
function split(line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quoted = false
  for (let at = 0; at < line.length; ) {
    let slashes = 0
    while (line[at] === '\\') {
      slashes += 1
      at += 1
    }
    if (line[at] === '"') {
      word = (word ?? '') + '\\'.repeat(Math.floor(slashes / 2))
      if (slashes % 2 === 1) word += '"'
      else quoted = !quoted
      at += 1
      continue
    }
    if (slashes > 0) {
      word = (word ?? '') + '\\'.repeat(slashes)
      continue
    }
    const character = line[at] as string
    at += 1
    if (/\s/.test(character) && !quoted) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + character
  }
  if (word !== undefined) words.push(word)
  return words
}

test('words come back as they were', () => {
  const word = fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', '\t', 'ü', '%', '^') })
  fc.assert(
    fc.property(fc.array(word), (words) => {
      expect(split(windowsArguments(words) as string)).toEqual(words)
    }),
  )
})

test('a line is a program and the rest', () => {
  expect(programAndRest('"C:\\a b\\c.exe" -x "y z"')).toEqual({ program: 'C:\\a b\\c.exe', rest: '-x "y z"' })
  expect(programAndRest('  sc.exe   query x')).toEqual({ program: 'sc.exe', rest: 'query x' })
  expect(programAndRest('')).toEqual({ program: '', rest: '' })
})
