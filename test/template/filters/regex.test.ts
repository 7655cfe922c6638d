import { describe, expect, it } from 'vitest'
import { filters } from '../../../src/template/filters/regex.ts'
import { applier } from '../apply.ts'

const apply = applier(filters)

describe('regex filters', () => {
  it('replace, and can insist on a number of matches', () => {
    expect(apply('regex_replace', 'a\nb', ['^', '# '], { multiline: true })).toBe('# a\n# b')
    expect(apply('regex_replace', 5, ['5', '6'])).toBe('6')
    expect(() => apply('regex_replace', 'foo', ['o', 'x'], { mandatory_count: 1 })).toThrow(
      "'o' should match 1 times, but matches 2 times in 'foo'",
    )
  })

  it('find the match, its groups, or nothing', () => {
    expect(apply('regex_search', 'a=1', ['(?P<k>\\w)=(\\d)(x)?', '\\g<k>', '\\2', '\\3'])).toEqual([
      'a',
      '1',
      null,
    ])
    expect(apply('regex_search', 'FOO', ['foo'], { ignorecase: true })).toBe('FOO')
    expect(apply('regex_search', 'a', ['b'])).toBeNull()
    expect(() => apply('regex_search', 'a', ['a', '\\1'])).toThrow('no such group: 1')
    expect(() => apply('regex_search', 'a', ['a', '1'])).toThrow("Unknown argument '1'")
    expect(apply('regex_findall', 'a=1 b=2', ['(\\w)=(\\d)'])).toEqual([
      ['a', '1'],
      ['b', '2'],
    ])
  })

  it('escape for Python and for grep', () => {
    expect(apply('regex_escape', 'a.b c')).toBe('a\\.b\\ c')
    expect(apply('regex_escape', '^a(b)', ['posix_basic'])).toBe('\\^a(b)')
    expect(() => apply('regex_escape', 'a', ['perl'])).toThrow('Invalid regex type (perl)')
  })
})
