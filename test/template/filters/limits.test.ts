import { describe, expect, it } from 'vitest'
import { PythonError } from '../../../src/template/python/error.ts'
import { findFilter } from '../../../src/template/registry.ts'
import { Float } from '../../../src/values/float.ts'
import type { Value } from '../../../src/values/value.ts'
import { applier } from '../apply.ts'

const HUGE = 10_000_000_000

describe('a mistake in an argument is an error of the template and does not fill the memory', () => {
  it.each<[string, Value, Value[], Record<string, Value>]>([
    ['center', 'a', [HUGE], {}],
    ['indent', 'a', [HUGE], {}],
    ['format', '%10000000000d', [1], {}],
    ['format', '%.*f', [HUGE, 1], {}],
    ['comment', 'a', [], { prefix_count: HUGE }],
    ['slice', [], [HUGE], {}],
    ['round', new Float(1.5), [HUGE], {}],
    ['to_json', [1], [], { indent: HUGE }],
    ['product', [1], [], { repeat: HUGE }],
    ['random', 2n ** 64n, [], {}],
    ['strftime', '%Y', [new Float(1e300)], {}],
    ['from_json', '1'.repeat(10_000), [], {}],
  ])('%s', (name, input, positional, named) => {
    const apply = applier({ [name]: findFilter(name)! })
    expect(() => apply(name, input, positional, named)).toThrow(PythonError)
  })

  it('int takes its default for a number too long to read', () => {
    expect(applier({ int: findFilter('int')! })('int', '1'.repeat(10_000), [7])).toBe(7)
  })
})
