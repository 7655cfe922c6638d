import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readPublicKeys } from '../../../src/modules/openpgp/keys.ts'

// Made for this test by gpg 2.2, which said these fingerprints.
const first = readFileSync(new URL('first.asc', import.meta.url))
const second = readFileSync(new URL('second.asc', import.meta.url))

test('keys of a text, one behind the other, with the fingerprints that gpg tells', () => {
  const both = readPublicKeys(Buffer.concat([first, second]), 'two keys')
  expect(both.map(({ fingerprint }) => fingerprint)).toEqual([
    '431F3C2C8259428EA5590A7081333C5F9B79AF52',
    '745FF6616428869B31B108F5E5BDC6BC36C3376B',
  ])
  expect(both[0]?.ids).toEqual(['81333C5F9B79AF52'])
})

test('binary keys are the same', () => {
  const [key] = readPublicKeys(first, 'a key')
  const again = readPublicKeys(key!.bytes, 'the same')
  expect(again).toEqual([key])
})

test.each(['', 'hello', '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n'])(
  '%j is none',
  (text) => {
    expect(() => readPublicKeys(Buffer.from(text), 'x')).toThrow('Not a public key: x')
  },
)

test('whatever comes, it ends: with keys or a refusal', () => {
  const bytes = readPublicKeys(first, 'a key')[0]!.bytes
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(bytes.length), (noise, at) => {
      const broken = Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at + noise.length)])
      try {
        for (const key of readPublicKeys(broken, 'x'))
          expect(key.bytes.length).toBeLessThanOrEqual(broken.length)
      } catch (error) {
        expect((error as Error).message).toBe('Not a public key: x')
      }
    }),
  )
})
