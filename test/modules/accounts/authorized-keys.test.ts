import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { editKeys, type KeysWish } from '../../../src/modules/accounts/authorized-keys.ts'

interface Recorded {
  readonly about: string
  readonly before: string
  readonly wish: Partial<KeysWish> & Pick<KeysWish, 'keys' | 'state' | 'exclusive'>
  readonly after: string
}

// Recorded with authorized_key of ansible 12 on a Debian 12 host.
const cases = JSON.parse(readFileSync(new URL('authorized-keys.json', import.meta.url), 'utf8')) as Recorded[]

describe('authorized_keys', () => {
  test.each(cases)('$about', ({ before, wish, after }) => {
    const whole = { options: undefined, comment: undefined, ...wish }
    expect(editKeys(before, whole) ?? before).toBe(after)
    expect(editKeys(after, whole), 'a second time nothing is left to do').toBeNull()
  })

  test('a line that is no key is refused', () => {
    const wish = {
      keys: 'hello',
      state: 'present',
      options: undefined,
      comment: undefined,
      exclusive: false,
    } as const
    expect(() => editKeys('', wish)).toThrow('invalid key specified: hello')
  })

  test('a last line without an end does not swallow the key', () => {
    const wish = {
      keys: 'ssh-rsa AAAA c',
      state: 'present',
      options: undefined,
      comment: undefined,
      exclusive: false,
    } as const
    expect(editKeys('# open', wish)).toBe('# open\nssh-rsa AAAA c\n')
  })
})
