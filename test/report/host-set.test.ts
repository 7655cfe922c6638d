import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hostSet } from '../../src/report/host-set.ts'

describe('hostSet', () => {
  test.each([
    [[], ''],
    [['db'], 'db'],
    [['web01', 'web02', 'web03'], 'web[01-03]'],
    [['web3', 'web1', 'web2', 'web10'], 'web[1-3,10]'],
    [['web9', 'web10', 'web11'], 'web[9-11]'],
    [['web09', 'web10', 'web100'], 'web[09-10], web100'],
    [['a1.lan', 'a2.lan', 'a1.net', 'db'], 'a[1-2].lan, a1.net, db'],
    [['10.0.0.1', '10.0.0.2', '10.0.1.2'], '10.0.0.[1-2], 10.0.1.2'],
    [['web1', 'web1'], 'web1'],
  ])('%j is %j', (names, set) => {
    expect(hostSet(names)).toBe(set)
  })

  test('stands for exactly the names that it was made of', () => {
    const number = fc
      .tuple(fc.nat({ max: 120 }), fc.nat({ max: 4 }))
      .map(([n, pad]) => String(n).padStart(pad, '0'))
    const name = fc
      .tuple(fc.constantFrom('web', 'db-', '10.0.'), number, fc.constantFrom('', '.lan'))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.array(name), (names) => {
        expect(unfold(hostSet(names))).toEqual([...new Set(names)].toSorted())
      }),
    )
  })
})

/** The names that a set stands for, sorted. */
function unfold(set: string): string[] {
  if (set === '') return []
  return set
    .split(', ')
    .flatMap((part) => {
      const [, prefix, list, suffix] = /^(.*)\[(.*)\](.*)$/.exec(part) ?? []
      if (list === undefined) return [part]
      return list.split(',').flatMap((range) => {
        const [first = '', last = first] = range.split('-')
        const count = Number(last) - Number(first) + 1
        return Array.from(
          { length: count },
          (_, index) => `${prefix}${String(Number(first) + index).padStart(first.length, '0')}${suffix}`,
        )
      })
    })
    .toSorted()
}
