import { describe, expect, it } from 'vitest'
import { filters as comments } from '../../../src/template/filters/comment.ts'
import { filters as html } from '../../../src/template/filters/html.ts'
import { filters as text } from '../../../src/template/filters/text.ts'
import { dict } from '../../../src/values/value.ts'
import { applier } from '../apply.ts'

const apply = applier({ ...text, ...html, ...comments })

describe('text', () => {
  it('changes case by words and by characters of all scripts', () => {
    expect(apply('title', "it's foo-bar (baz)")).toBe("It's Foo-Bar (Baz)")
    expect(apply('capitalize', 'éTÉ')).toBe('Été')
    expect(apply('upper', true)).toBe('TRUE')
  })

  it('is measured in characters, not in UTF-16 units', () => {
    expect(apply('center', '😀', [5])).toBe('  😀  ')
    expect(apply('truncate', '😀'.repeat(12), [5, true], { leeway: 0 })).toBe('😀😀...')
  })

  it('is cut at a word with an ending, with some leeway', () => {
    expect(apply('truncate', 'foo bar baz qux', [9])).toBe('foo...')
    expect(apply('truncate', 'foo bar baz qux', [11])).toBe('foo bar baz qux')
    expect(() => apply('truncate', 'abc', [2])).toThrow('expected length >= 3, got 2')
  })

  it('is indented from the second line on, empty lines left empty', () => {
    expect(apply('indent', 'a\n\nb\n', [2])).toBe('a\n\n  b\n')
    expect(apply('indent', 'a\n\nb', ['> '], { first: true, blank: true })).toBe('> a\n> \n> b')
  })

  it('is wrapped between words, behind hyphens, and inside words only if it must be', () => {
    expect(apply('wordwrap', 'well-known abcdefghijkl\nx', [8])).toBe('well-\nknown ab\ncdefghij\nkl\nx')
    expect(apply('wordwrap', 'abcdefghijkl x', [8], { break_long_words: false })).toBe('abcdefghijkl\nx')
  })

  it('is replaced so many times, between characters for an empty text', () => {
    expect(apply('replace', 'aaa', ['a', 'b', 2])).toBe('bba')
    expect(apply('replace', 'a😀', ['', '-'])).toBe('-a-😀-')
  })

  it('is split at blanks or at a separator', () => {
    expect(apply('split', ' a  b c ', [null, 1])).toEqual(['a', 'b c '])
    expect(apply('split', 'a,,b', [','])).toEqual(['a', '', 'b'])
    expect(() => apply('split', 'a', [''])).toThrow('empty separator')
  })

  it('is filled in as by the percent operator', () => {
    expect(apply('format', '%05.1f|%-4s|%x|%%', [2, 'ab', 255])).toBe('002.0|ab  |ff|%')
    expect(apply('format', '%(n)s', [], { n: 1 })).toBe('1')
    expect(() => apply('format', '%s', [1, 2])).toThrow('not all arguments converted')
    expect(() => apply('format', '%s%s', [1])).toThrow('not enough arguments')
  })
})

describe('HTML', () => {
  it('is escaped and stripped', () => {
    expect(apply('e', `<a href="x">'&`)).toBe('&lt;a href=&#34;x&#34;&gt;&#39;&amp;')
    expect(apply('striptags', '<p>a &amp;\n <b>b</b><!-- c --></p>')).toBe('a & b')
    expect(apply('xmlattr', dict({ a: '"', n: null, b: 1 }))).toBe(' a="&#34;" b="1"')
    expect(() => apply('xmlattr', dict({ 'a b': 1 }))).toThrow("Invalid character in attribute name: 'a b'")
  })

  it('gets links for addresses, without the punctuation around them', () => {
    expect(apply('urlize', '(see www.a.org/b_(c)), a@b.de.', [4], { rel: 'nofollow' })).toBe(
      '(see <a href="https://www.a.org/b_(c)" rel="nofollow noopener">www....</a>), <a href="mailto:a@b.de">a@b.de</a>.',
    )
  })
})

describe('comment', () => {
  it('decorates each line and frames the whole', () => {
    expect(apply('comment', 'a\n\nb', ['cblock'])).toBe('/*\n *\n * a\n *\n * b\n *\n */')
    expect(apply('comment', 'a', [], { decoration: '; ', prefix_count: 0 })).toBe('; a\n;')
    expect(() => apply('comment', 'a', ['html'])).toThrow('Available styles: plain, erlang, c, cblock, xml')
  })
})
