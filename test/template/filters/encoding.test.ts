import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filters } from '../../../src/template/filters/encoding.ts'
import { applier } from '../apply.ts'

const apply = applier(filters)

describe('b64encode and b64decode', () => {
  it('give back any text, in the URL alphabet too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, urlsafe) => {
        const encoded = apply('b64encode', text, [], { urlsafe })
        expect(encoded).toMatch(urlsafe ? /^[\w-]*=*$/ : /^[A-Za-z\d+/]*=*$/)
        expect(apply('b64decode', encoded, [], { urlsafe })).toBe(text)
      }),
    )
  })

  it('take the encoding of Windows and pass over line ends', () => {
    expect(apply('b64encode', 'é', ['utf-16-le'])).toBe('6QA=')
    expect(apply('b64decode', '6QA=', ['utf-16-le'])).toBe('é')
    expect(apply('b64decode', 'YWJj\nZGVm\n')).toBe('abcdef')
  })

  it('refuse what is cut off, what is no text, and encodings they do not know', () => {
    expect(() => apply('b64decode', 'abc')).toThrow('Incorrect padding')
    expect(() => apply('b64decode', 'abcde')).toThrow('cannot be 1 more than a multiple of 4')
    expect(() => apply('b64decode', '/w==')).toThrow('the decoded bytes are no text in utf-8')
    expect(() => apply('b64encode', '日', ['latin-1'])).toThrow('characters that latin-1 does not have')
    expect(() => apply('b64encode', 'a', ['cp1252'])).toThrow('unknown encoding: cp1252')
  })
})
