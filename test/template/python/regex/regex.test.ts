import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapePattern, pythonRegex } from '../../../../src/template/python/regex/regex.ts'

describe('pythonRegex', () => {
  it('lets $ hold before a last newline and \\Z only at the end', () => {
    expect(pythonRegex('a$').sub('x', 'a\n').text).toBe('x\n')
    expect(pythonRegex('a\\Z').search('a\n')).toBeNull()
    expect(pythonRegex('^b$', { multiline: true }).search('a\nb\nc')?.[0]).toBe('b')
    expect(pythonRegex('^b', { multiline: true }).search('a\rb')).toBeNull()
  })

  it('reads names of groups, their references and flags at the start', () => {
    expect(pythonRegex('(?P<first>.)(?P=first)').search('abb')?.groups?.['first']).toBe('b')
    expect(pythonRegex('(?i)FOO').search('a foo')?.index).toBe(2)
    expect(pythonRegex('(?x) a b # comment\n c').search('abc')?.[0]).toBe('abc')
    expect(pythonRegex('a(?i:B)').search('abaB')?.[0]).toBe('ab')
    expect(pythonRegex('a{,2}b').fullmatch('aab')?.[0]).toBe('aab')
  })

  it('means letters of all scripts by \\w, and no mark by \\s that Python does not', () => {
    expect(pythonRegex('\\w+').findall('café 日本 x_1')).toEqual(['café', '日本', 'x_1'])
    expect(pythonRegex('\\s').search('\ufeff')).toBeNull()
    expect(pythonRegex('(?a)\\w+').findall('café')).toEqual(['caf'])
    expect(pythonRegex('\\bé').search('é')?.index).toBe(0)
  })

  it('reads a class as Python does, brackets and hyphens in it too', () => {
    expect(pythonRegex('[[:alpha:]]+').search('abc')).toBeNull()
    expect(pythonRegex('[]a]+').search('x]a')?.[0]).toBe(']a')
    expect(pythonRegex('[\\w.-]+').search('!a-b.c')?.[0]).toBe('a-b.c')
    expect(pythonRegex('[^\\W\\d]+').search('12ab')?.[0]).toBe('ab')
  })

  it('looks for a longer match where an empty one was preferred, as finditer does', () => {
    expect(pythonRegex('x*').sub('-', 'abxd')).toEqual({ text: '-a-b--d-', count: 5 })
    expect(pythonRegex('a??').findall('ab')).toEqual(['', 'a', '', ''])
    expect(pythonRegex('\\B|😀').findall('😀😀')).toEqual(['', '😀', '', '😀', ''])
  })

  it('fills replacements with groups, empty for those without text, and knows the escapes', () => {
    expect(pythonRegex('(a)(b)?').sub('[\\2\\g<1>]\\n', 'ab a').text).toBe('[ba]\n [a]\n')
    expect(pythonRegex('a').sub('b', 'aaa', 2)).toEqual({ text: 'bba', count: 2 })
    expect(() => pythonRegex('a').sub('\\1', 'b')).toThrow('invalid group reference 1 at position 1')
    expect(() => pythonRegex('a').sub('\\g<x>', 'b')).toThrow("unknown group name 'x'")
    expect(() => pythonRegex('a').sub('\\q', 'b')).toThrow('bad escape \\q at position 0')
  })

  it.each([
    ['(', 'missing ), unterminated subpattern at position 0'],
    ['a)', 'unbalanced parenthesis at position 1'],
    ['*a', 'nothing to repeat at position 0'],
    ['a**', 'multiple repeat at position 2'],
    ['[a', 'unterminated character set at position 0'],
    ['[z-a]', 'bad character range z-a at position 1'],
    ['\\q', 'bad escape \\q at position 0'],
    ['\\2', 'invalid group reference 2 at position 1'],
    ['a{3,1}', 'min repeat greater than max repeat at position 1'],
    ['a(?i)b', 'global flags not at the start of the expression at position 1'],
    ['(?>a)', 'atomic groups are not supported at position 0'],
    ['a++', 'possessive quantifiers are not supported at position 2'],
  ])('refuses %s: %s', (pattern, message) => {
    expect(() => pythonRegex(pattern)).toThrow(message)
  })

  it('matches any text by its escaped form, and nothing else by it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, other) => {
        const regex = pythonRegex(escapePattern(text))
        expect(regex.fullmatch(text)?.[0]).toBe(text)
        expect(regex.fullmatch(other) !== null).toBe(other === text)
      }),
    )
  })
})
