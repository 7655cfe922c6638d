import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Masker } from '../../src/values/masking/masker.ts'
import { REDACTED, Secret } from '../../src/values/secret.ts'
import { findSecret, spellings } from './secrets-spellings.ts'

function knowing(...secrets: readonly (string | number | Secret)[]): Masker {
  const masker = new Masker()
  masker.learnAll(secrets.map((secret) => (secret instanceof Secret ? secret : new Secret(secret))))
  return masker
}

const HARD = `Kq7'Zx9"vB&w<4 é\\%T+/=`

describe.each(['sentinel-5903', HARD, 'pass', '😀ключ'])('the secret %j', (secret) => {
  const masker = knowing(secret)

  test.each([...spellings(secret)])('is hidden as %s', (_, text) => {
    const masked = masker.mask(`before: ${text} :after`)
    expect(masked).toContain(REDACTED)
    expect(findSecret(masked, secret)).toEqual([])
    expect(masked).toMatch(/^before: .* :after$/s)
  })

  test('is found by the judge of these tests in each spelling, so that they can fail', () => {
    for (const [name, text] of spellings(secret))
      if (!/of UTF-16|in lines|in a URL at|url at/.test(name))
        expect(findSecret(text, secret), name).not.toEqual([])
  })
})

describe('properties', () => {
  const secrets = fc.string({ unit: 'grapheme', minLength: 4, maxLength: 40 })

  test('any spelling of any secret in any text is hidden', () => {
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), fc.nat(), (secret, before, after, choice) => {
        fc.pre(secret.trim().length >= 4 && !secret.includes('*') && secret.isWellFormed())
        const [name, text] = [...spellings(secret)][choice % spellings(secret).size]!
        // Escapes may begin in what stands before: then it is another text.
        const masked = knowing(secret).mask(`${before}\n ${text}\n ${after}`)
        if (!masked.includes(REDACTED) || masked.includes(text))
          throw new Error(`${name} of ${JSON.stringify(secret)}: ${masked}`)
      }),
      { numRuns: 1500 },
    )
  })

  test('what holds no secret stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(knowing('sentinel-5903', HARD).mask(text)).toBe(text)
      }),
    )
  })

  test.each([
    ['plain', 'a'],
    ['backslashes', '\\'],
    ['unicode escapes', '\\u00e9'],
    ['percent', '%25'],
    ['entities', '&#38;#'],
    ['terminal sequences without end', '\u001b]'],
    ['colours', '\u001b[31mz'],
    ['base64', 'c2VjcmV0'],
    ['digits', '61'],
    ['quotes', `''"`],
    ['the beginnings of secrets', `${'a'.repeat(200)}c`],
    ['cut marks', 'aaaa…'],
    ['secrets', 'sentinel-5903'],
  ])('its work grows with the text: %s', (_, unit) => {
    // A host chooses the text, and with what it is asked to keep to itself (no_log) secrets as well.
    const masker = knowing(`${'a'.repeat(1000)}b`, 'sentinel-5903', HARD, 'aaaab', '\\\\\\\\')
    const cost = (length: number) => {
      const text = unit.repeat(Math.ceil(length / unit.length))
      return Math.min(...[1, 2, 3].map(() => time(() => masker.mask(text))))
    }
    cost(65_536)
    // Eight times the text: about eight times the work, where a square would be 64; memory and load make it uneven.
    expect(cost(8 * 32_768) / Math.max(cost(32_768), 2)).toBeLessThan(32)
  })

  test('thousands of secrets, learned one by one between texts, cost as much as they are long', () => {
    const cost = (count: number) => {
      const masker = new Masker()
      return time(() => {
        for (let index = 0; index < count; index++) {
          masker.learn(new Secret(`password-${index}-of-a-host`))
          masker.mask('a text without any')
        }
      })
    }
    cost(500)
    expect(cost(8000) / Math.max(cost(500), 1)).toBeLessThan(64)
  })
})

describe('a secret made of others', () => {
  test('is hidden in its parts, and the text between them is not', () => {
    const password = new Secret('hunter22-x')
    const composed = new Secret('echo "pw is hunter22-x"', { from: [password], joined: true })
    const masker = knowing(composed)
    expect(masker.mask('pw is hunter22-x')).toBe(`pw is ${REDACTED}`)
    expect(masker.mask('echo "pw is')).toBe('echo "pw is')
  })

  test('is hidden itself where its parts are not in it', () => {
    const masker = knowing(new Secret('HUNTER22-X', { from: [new Secret('hunter22-x')] }))
    expect(masker.mask('HUNTER22-X or hunter22-x')).toBe(`${REDACTED} or ${REDACTED}`)
  })

  test('is hidden whole where a part is too short to be looked for', () => {
    const masker = knowing(new Secret('pin is 123!', { from: [new Secret('123')], joined: true }))
    expect(masker.mask('the pin is 123!, and 123 apples')).toBe(`the ${REDACTED}, and 123 apples`)
  })

  test('however long the chain', () => {
    let secret = new Secret('hunter22-x')
    for (let depth = 0; depth < 100_000; depth++) secret = new Secret('y', { from: [secret], joined: true })
    expect(knowing(secret).mask('hunter22-x')).toBe(REDACTED)
  })
})

describe('a text that was cut', () => {
  test('before its mark shows no beginning of a secret', () => {
    expect(knowing('hunter22-x').mask('the first is hun… and hu… is none')).toBe(
      `the first is ${REDACTED}… and hu… is none`,
    )
    expect(knowing('hunter22-x').mask('the password is hunter22…')).toBe(`the password is ${REDACTED}…`)
  })

  test('at its end, where the connection took no more', () => {
    expect(knowing('hunter22-x').mask('the password is hunter22', true)).toBe(`the password is ${REDACTED}`)
    expect(knowing('hunter22-x').mask('the password is hunter22')).toBe('the password is hunter22')
  })
})

test('numbers, keys and what lies deep are masked as well', () => {
  const masker = knowing(481_516, 'hunter22-x')
  const value = new Map([['hunter22-x', [new Map([['pin', 481_516]]), 'a hunter22-x']]])
  expect(masker.maskValue(value)).toEqual(
    new Map([[REDACTED, [new Map([['pin', REDACTED]]), `a ${REDACTED}`]]]),
  )
})

/** Milliseconds of this thread on the processor, whatever else the machine does. */
function time(work: () => void): number {
  const begun = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(begun)
  return (user + system) / 1000
}
