import { describe, expect, it } from 'vitest'
import { seededChance, shuffled } from '../../../../src/template/python/numbers/random.ts'
import { Float } from '../../../../src/values/float.ts'

// Expected values: random.Random(seed) of CPython 3.11.
describe('seededChance', () => {
  it('chooses as Python does for text and for numbers', () => {
    expect(seededChance('db01.example.com').below(59)).toBe(9)
    expect(seededChance('x').below(10)).toBe(5)
    expect(seededChance(1).below(3)).toBe(0)
    expect(shuffled(['a', 'b', 'c', 'd'], seededChance('host1'))).toEqual(['b', 'c', 'a', 'd'])
  })

  it('refuses a seed that Python seeds otherwise', () => {
    expect(() => seededChance(new Float(1.5))).toThrow('a seed must be text or a whole number, not float')
    expect(() => seededChance([])).toThrow('not list')
  })
})
