import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareVersions } from '../../../src/modules/packages/deb-version.ts'
import { debVersion } from './deb-version-arbitrary.ts'

/** Each older than the next. */
const ASCENDING = [
  ...[
    '~~',
    '~~a',
    '~',
    '0',
    '1.0~rc1',
    '1.0',
    '1.0-1~bpo12+1',
    '1.0-1',
    '1.0-1+b1',
    '1.0-1+deb12u1',
    '1.0-2',
  ],
  ...['1.0a', '1.0+dfsg', '1.0.1', '1.9', '1.10', '2', '3.3.3050.0', '3.3.3050.0-1', '1:0.1', '2:0'],
]

describe("Debian's order of versions", () => {
  it('has these one after the other', () => {
    const sorted = [...ASCENDING].sort((a, b) => compareVersions(a, b))
    expect(sorted).toEqual(ASCENDING)
  })

  it.each([
    ['1.0', '0:1.0'],
    ['1.0', '1.0-0'],
    ['1.01', '1.1'],
    ['1.', '1.0'],
  ])('takes %s and %s for the same', (a, b) => {
    expect(compareVersions(a, b)).toBe(0)
  })

  it('is an order', () => {
    fc.assert(
      fc.property(debVersion, debVersion, debVersion, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(0 - Math.sign(compareVersions(b, a)))
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })
})
