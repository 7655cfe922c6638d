import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../src/values/problem.ts'
import { Secret } from '../../src/values/secret.ts'
import { encrypt } from '../../src/vault/cipher.ts'
import { readEnvelope } from '../../src/vault/envelope.ts'
import { Keyring } from '../../src/vault/keyring.ts'
import { DEFAULT, PROD, RECORDED } from './passwords.ts'

const recorded = (name: string) => readFileSync(join(RECORDED, name), 'utf8')
const plain = recorded('plain.yml')
const AT = { file: 'x.yml' }

test('what ansible-vault wrote is opened, with and without an id', () => {
  const keyring = new Keyring([DEFAULT, PROD])
  expect(keyring.open(recorded('default.yml'), AT).content.toString()).toBe(plain)
  expect(keyring.open(recorded('prod.yml'), AT)).toMatchObject({ by: PROD })
  expect(keyring.open(recorded('prod.yml'), AT).content.toString()).toBe(plain)
  expect(keyring.open(recorded('empty.txt'), AT).content).toHaveLength(0)
  expect(keyring.open(recorded('prod.yml').replaceAll('\n', '\r\n'), AT).content.toString()).toBe(plain)
})

test('the id is a hint: another password that fits opens it too', () => {
  const other = { id: 'other', password: PROD.password }
  expect(new Keyring([DEFAULT, other]).open(recorded('prod.yml'), AT).by).toBe(other)
})

describe('refused', () => {
  const damaged = recorded('default.yml').replace(/\d\n$/, '\n')
  test.each([
    [
      'no password',
      [],
      recorded('prod.yml'),
      'Ansible Vault (vault id prod), and no vault password is given',
    ],
    [
      'wrong password',
      [DEFAULT],
      recorded('prod.yml'),
      'no given password opens it\n  hint: tried the passwords of default',
    ],
    ['half a byte missing', [DEFAULT], damaged, 'a part of it is missing or was changed'],
    ['another version', [DEFAULT], '$ANSIBLE_VAULT;1.0;AES\n00', 'version 1.0 of Ansible Vault'],
    ['another cipher', [DEFAULT], '$ANSIBLE_VAULT;1.1;AES\n00', 'the cipher AES;'],
    ['nothing behind the header', [DEFAULT], '$ANSIBLE_VAULT;1.1;AES256', 'a part of it is missing'],
  ])('%s', (_, passwords, text, message) => {
    expect(() => new Keyring(passwords).open(text, AT)).toThrow(message)
  })

  test('a changed byte is found, wherever it is', () => {
    const text = recorded('default.yml')
    const keyring = new Keyring([DEFAULT])
    // Behind the salt, whose change makes another key, and far behind it.
    for (const at of [40, 200, 300, text.length - 5]) {
      const changed = `${text.slice(0, at)}${text[at] === '3' ? '6' : '3'}${text.slice(at + 1)}`
      expect(() => keyring.open(changed, AT)).toThrow(InputError)
    }
  })
})

test('any content comes back, in the form that ansible-vault writes', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }),
      fc.string({ minLength: 1 }),
      fc.constantFrom(undefined, 'prod'),
      (bytes, password, id) => {
        const text = encrypt(Buffer.from(bytes), password, id)
        expect(text.split('\n')[0]).toBe(id ? '$ANSIBLE_VAULT;1.2;AES256;prod' : '$ANSIBLE_VAULT;1.1;AES256')
        expect(text.split('\n').every((line) => line.length <= 80)).toBe(true)
        const keyring = new Keyring([{ id: 'default', password: new Secret(password) }])
        expect(keyring.open(text, AT).content).toEqual(Buffer.from(bytes))
      },
    ),
    { numRuns: 30 },
  )
})

test('any text is an envelope or is told why not', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `$ANSIBLE_VAULT;1.1;AES256\n${text}`),
      ),
      (text) => {
        readEnvelope(text)
      },
    ),
  )
})
