import { describe, expect, it } from 'vitest'
import { tests as comparisons } from '../../../src/template/tests/comparisons.ts'
import { tests as numbers } from '../../../src/template/tests/numbers.ts'
import { tests as results } from '../../../src/template/tests/results.ts'
import { tests as text } from '../../../src/template/tests/text.ts'
import { tests as truth } from '../../../src/template/tests/truth.ts'
import { tests as types } from '../../../src/template/tests/types.ts'
import { tests as versions } from '../../../src/template/tests/version.ts'
import { Float } from '../../../src/values/float.ts'
import { dict } from '../../../src/values/value.ts'
import { asker } from '../apply.ts'

const is = asker({ ...comparisons, ...numbers, ...results, ...text, ...truth, ...types, ...versions })

describe('version', () => {
  it('compares numbers as numbers', () => {
    expect(is('version', '1.10', ['1.9', '>'])).toBe(true)
    expect(is('version', new Float(1.1), ['1.9', '>'])).toBe(false)
    expect(is('version', '5.4.0-42-generic', ['5.4', 'ge'])).toBe(true)
    expect(is('version', '1.0', ['1.0.0'])).toBe(false)
  })

  it('knows four more ways', () => {
    expect(is('version', '1.2.3-beta', ['1.2.3', '<'], { version_type: 'semver' })).toBe(true)
    expect(is('version', '1.2b1', ['1.2', '<'], { version_type: 'pep440' })).toBe(true)
    expect(is('version', '1.2a1', ['1.2b1', '<'], { strict: true })).toBe(true)
    expect(is('version', '1.2', ['1.2.0', '=='], { version_type: 'strict' })).toBe(true)
  })

  it('refuses what it cannot compare', () => {
    expect(() => is('version', '1.a', ['1.1', '>'])).toThrow(
      "not supported between instances of 'str' and 'int'",
    )
    expect(() => is('version', 'v1.0.0', ['1.0.0'], { version_type: 'semver' })).toThrow(
      'invalid semantic version',
    )
    expect(() => is('version', '1', ['1', '~'])).toThrow('Invalid operator type (~)')
    expect(() => is('version', '', ['1'])).toThrow('Input version value cannot be empty')
    expect(() => is('version', '1', ['1'], { strict: true, version_type: 'loose' })).toThrow(
      'Cannot specify both',
    )
  })
})

describe('results of tasks', () => {
  it('are judged by their keys, loops by their items', () => {
    expect(is('failed', dict({ failed: true }))).toBe(true)
    expect(is('succeeded', dict({ rc: 1 }))).toBe(true)
    expect(is('changed', dict({ results: [dict({ changed: false }), dict({ changed: true })] }))).toBe(true)
    expect(is('changed', dict({ changed: false, results: [dict({ changed: true })] }))).toBe(false)
    expect(is('reachable', dict())).toBe(true)
    expect(is('finished', dict())).toBe(true)
    expect(() => is('skipped', 'text')).toThrow("The 'skipped' test expects a dictionary")
  })
})

describe('comparisons', () => {
  it('are those of Python', () => {
    expect(is('in', 'b', ['abc'])).toBe(true)
    expect(() => is('in', 1, ['123'])).toThrow('requires string as left operand, not int')
    expect(is('contains', dict({ a: 1 }), ['a'])).toBe(true)
    expect(is('superset', [1, 2], [[new Float(1)]])).toBe(true)
    expect(() => is('subset', [[1]], [[]])).toThrow("unhashable type: 'list'")
    expect(() => is('lt', 1, ['a'])).toThrow("'<' not supported")
  })
})

describe('types and numbers', () => {
  it('tell booleans from integers and integers from floats', () => {
    expect(is('integer', true)).toBe(false)
    expect(is('number', true)).toBe(true)
    expect(is('integer', new Float(1))).toBe(false)
    expect(is('iterable', null)).toBe(false)
    expect(is('nan', new Float(Number.NaN))).toBe(true)
    expect(is('divisibleby', 9, [3])).toBe(true)
    expect(is('odd', -3)).toBe(true)
    expect(() => is('even', '2')).toThrow('unsupported operand type(s)')
    expect(() => is('divisibleby', 1, [0])).toThrow('division by zero')
  })

  it('take words for truth only when asked', () => {
    expect(is('truthy', 'no')).toBe(true)
    expect(is('truthy', 'no', [true])).toBe(false)
    expect(is('falsy', new Float(0), [], { convert_bool: true })).toBe(true)
  })
})

describe('text', () => {
  it('is matched from the start, anywhere, or as a whole', () => {
    expect(is('match', 'foobar', ['foo'])).toBe(true)
    expect(is('match', 'foobar', ['bar'])).toBe(false)
    expect(is('search', 'foobar', ['BAR'], { ignorecase: true })).toBe(true)
    expect(is('regex', 'foo', ['o'], { match_type: 'fullmatch' })).toBe(false)
    expect(() => is('regex', 'foo', ['o'], { match_type: 'whole' })).toThrow('match_type must be')
  })

  it('is an address when it has a host, of one of the schemes', () => {
    expect(is('url', 'http://x.org/a')).toBe(true)
    expect(is('url', 'http://x.org/a', [['https']])).toBe(false)
    expect(is('url', 'x.org')).toBe(false)
    expect(is('urn', 'urn:isbn:1')).toBe(true)
    expect(is('uri', 5)).toBe(false)
  })

  it('has a case when it has letters with one', () => {
    expect(is('upper', 'ABC1')).toBe(true)
    expect(is('lower', '1')).toBe(false)
  })
})
