import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sh } from '../../../src/shell/sh.ts'
import { Masker } from '../../../src/values/masking/masker.ts'
import { Secret } from '../../../src/values/secret.ts'

describe('Masker', () => {
  test('hides a secret in the forms that hosts print it in', () => {
    const masker = new Masker()
    masker.learn(sh`echo ${new Secret("it's a secret/value")}`)
    const forms = [
      "it's a secret/value",
      "'it'\\''s a secret/value'",
      Buffer.from("it's a secret/value").toString('base64').replace(/=+$/, ''),
      encodeURIComponent("it's a secret/value"),
    ]
    for (const form of forms) expect(masker.mask(`before ${form} after`)).not.toContain('secret')
    expect(masker.mask('before and after')).toBe('before and after')
  })

  test('hides it as URLs and tokens write it', () => {
    const masker = new Masker()
    masker.learn(new Secret('a b?>~~~ \ud800'))
    const base64url = Buffer.from('a b?>~~~ \ud800').toString('base64url')
    expect(masker.mask(`${base64url} a+b%3F%3E~~~+%EF%BF%BD`)).toBe('******** ********')
  })

  test('leaves truth, nothing and what is short alone', () => {
    const masker = new Masker()
    for (const value of [true, null, 1, 'abc']) masker.learn(new Secret(value))
    expect(masker.mask('true null 1 abc')).toBe('true null 1 abc')
  })

  test('hides the longer of two that overlap whole', () => {
    const masker = new Masker()
    masker.learnAll([new Secret('abcd'), [new Map([['k', new Secret('abcdefgh')]])]])
    expect(masker.mask('x abcdefgh y')).toBe('x ******** y')
  })

  test('no text that holds a secret keeps it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(secret.trim().length >= 4 && !secret.includes('*'))
        const masker = new Masker()
        masker.learn(new Secret(secret))
        expect(masker.mask(before + secret + after)).not.toContain(secret)
      }),
    )
  })
})
