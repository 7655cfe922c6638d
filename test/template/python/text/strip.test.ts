import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  splitBlanks,
  splitBlanksEnd,
  splitText,
  splitTextEnd,
  strip,
  stripEnd,
} from '../../../../src/template/python/text/strip.ts'

const texts = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\u00a0', '😀', '-'), maxLength: 12 })
const limits = fc.integer({ min: -1, max: 4 })

describe('strip', () => {
  it('takes the blanks that Python counts, or the characters given', () => {
    expect(strip('\x1f\u00a0 a \n')).toBe('a')
    expect(strip('\ufeffa')).toBe('\ufeffa')
    expect(strip('😀b-a-b😀', 'b😀')).toBe('-a-')
    expect(stripEnd('aa', 'a')).toBe('')
  })
})

describe('split', () => {
  it('leaves the rest in the last piece, and from the right in the first', () => {
    expect(splitBlanks(' a  b c ', 1)).toEqual(['a', 'b c '])
    expect(splitBlanksEnd(' a  b c ', 1)).toEqual([' a  b', 'c'])
    expect(splitBlanks('  ')).toEqual([])
    expect(splitText('a-b-c', '-', 1)).toEqual(['a', 'b-c'])
    expect(splitTextEnd('a-b-c', '-', 1)).toEqual(['a-b', 'c'])
  })

  it('gives at most one piece more than its limit, and all pieces together are the text', () => {
    fc.assert(
      fc.property(texts, limits, (text, limit) => {
        for (const cut of [splitText, splitTextEnd]) {
          const pieces = cut(text, '-', limit)
          expect(pieces.join('-')).toBe(text)
          if (limit >= 0) expect(pieces.length).toBeLessThanOrEqual(limit + 1)
        }
        for (const cut of [splitBlanks, splitBlanksEnd]) {
          expect(cut(text, limit).flatMap((piece) => splitBlanks(piece))).toEqual(splitBlanks(text))
          if (limit >= 0) expect(cut(text, limit).length).toBeLessThanOrEqual(limit + 1)
        }
      }),
    )
  })
})
