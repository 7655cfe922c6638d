import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Masker } from '../../src/shell/masker.ts'
import { quote } from '../../src/shell/quote.ts'
import { sh } from '../../src/shell/sh.ts'
import { REDACTED, Secret } from '../../src/values/secret.ts'

function maskerOf(...secrets: (string | number | boolean | null)[]): Masker {
  const masker = new Masker()
  for (const secret of secrets) masker.learn(new Secret(secret))
  return masker
}

test('nothing learnt, nothing masked', () => {
  expect(new Masker().mask('text')).toBe('text')
})

test('a secret is hidden in every form in which it is commonly written', () => {
  const secret = 'it\'s+a "très" secret/value?\nof two lines'
  const { mask } = bound(maskerOf(secret))
  const base64 = Buffer.from(secret).toString('base64')
  const forms = [
    secret,
    quote(secret),
    secret.replaceAll('\n', '\r\n'),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll('%20', '+'),
    JSON.stringify(secret).slice(1, -1),
  ]
  for (const form of forms) expect(mask(`<${form}>`)).toBe(`<${REDACTED}>`)
})

test('any secret vanishes from any text around it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
      fc.pre(secret.trim().length >= 4 && !REDACTED.includes(secret) && !secret.includes('*'))
      expect(maskerOf(secret).mask(`${before}${secret}${after}`)).not.toContain(secret)
    }),
  )
})

test('the longest secret is hidden first, so that nothing of it is left over', () => {
  expect(maskerOf('abcd', 'abcdefgh').mask('abcdefgh abcd')).toBe(`${REDACTED} ${REDACTED}`)
})

test('what is too short or no text is left alone', () => {
  expect(maskerOf('abc', '', 1, true, null).mask('abc true 1 null')).toBe('abc true 1 null')
  expect(maskerOf(123456).mask('pin 123456')).toBe(`pin ${REDACTED}`)
})

test('a line end that came with the secret from a file does not protect it', () => {
  expect(maskerOf('hunter22\n').mask('password hunter22.')).toBe(`password ${REDACTED}.`)
})

test('shell text tells its secrets', () => {
  const masker = new Masker()
  masker.learn(sh`login ${new Secret("pass'word")} ${'user'}`)
  expect(masker.mask("user pass'word")).toBe(`user ${REDACTED}`)
})

function bound(masker: Masker): { mask: (text: string) => string } {
  return { mask: (text) => masker.mask(text) }
}
