import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filters } from '../../../src/template/filters/combine.ts'
import { type Dict, dict } from '../../../src/values/value.ts'
import { applier } from '../apply.ts'

const apply = applier(filters)
const dicts = fc
  .dictionary(
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.oneof(fc.integer({ max: 9, min: 0 }), fc.constant(null)),
  )
  .map((entries) => dict(entries))

describe('combine', () => {
  it('does not depend on how the dicts are grouped, and the last one wins', () => {
    fc.assert(
      fc.property(dicts, dicts, dicts, (a, b, c) => {
        const all = apply('combine', a, [b, c])
        expect(apply('combine', apply('combine', a, [b]), [c])).toEqual(all)
        expect(apply('combine', [a, b, c])).toEqual(all)
        for (const [key, value] of c) expect((all as Dict).get(key)).toBe(value)
      }),
    )
  })

  it('leaves its arguments as they were', () => {
    const low = dict({ a: dict({ x: 1 }) })
    apply('combine', low, [dict({ a: dict({ y: 2 }), b: 1 })], { recursive: true })
    expect(low).toEqual(dict({ a: dict({ x: 1 }) }))
  })

  it('joins lists where they differ, and takes equal dicts as they are', () => {
    const append = { list_merge: 'append' }
    expect(apply('combine', dict({ a: [1] }), [dict({ a: [2] })], append)).toEqual(dict({ a: [1, 2] }))
    expect(apply('combine', dict({ a: [1] }), [dict({ a: [1] })], append)).toEqual(dict({ a: [1] }))
  })

  it('names what it cannot merge and the words it knows', () => {
    expect(() => apply('combine', dict(), [1])).toThrow("expected dicts but got a 'dict' and a 'int'")
    expect(() => apply('combine', dict(), [], { list_merge: 'join' })).toThrow('one of replace, keep, append')
    expect(() => apply('combine', dict(), [], { deep: true })).toThrow('only valid keyword arguments')
  })
})
