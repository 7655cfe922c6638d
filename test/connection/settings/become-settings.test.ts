import { expect, test } from 'vitest'
import { type BecomeValues, becomeSettings } from '../../../src/connection/settings/settings.ts'
import { Secret } from '../../../src/values/secret.ts'
import type { Value } from '../../../src/values/value.ts'

function become(variables: Record<string, Value>, keywords: BecomeValues = {}, asked?: Secret) {
  return becomeSettings((name) => variables[name], keywords, asked)
}

test('nobody is become unless asked for', () => {
  expect(become({})).toBeUndefined()
  expect(become({ ansible_become_user: 'app' }, { becomeUser: 'app' })).toBeUndefined()
})

test('root by sudo when nothing else is said', () => {
  expect(become({}, { become: true })).toEqual({
    method: 'sudo',
    user: 'root',
    exe: 'sudo',
    flags: '-H -S -n',
  })
})

test('variables beat keywords, in both directions', () => {
  expect(become({ ansible_become: 'no' }, { become: true })).toBeUndefined()
  expect(
    become({ ansible_become: true, ansible_become_user: 'a' }, { become: false, becomeUser: 'b' })?.user,
  ).toBe('a')
  expect(become({ ansible_become_user: 'a', ansible_sudo_user: 'c' }, { become: true })?.user).toBe('c')
})

test.each([
  ['sudo', { method: 'sudo', exe: 'sudo', flags: '-H -S -n' }],
  ['ansible.builtin.su', { method: 'su', exe: 'su', flags: '' }],
  ['community.general.doas', { method: 'doas', exe: 'doas', flags: '' }],
])('the method %s', (method, expected) => {
  expect(become({}, { become: true, becomeMethod: method })).toMatchObject(expected)
})

test('flags may be empty on purpose, the program another one', () => {
  expect(
    become(
      { ansible_become_flags: '', ansible_become_exe: '/opt/sudo' },
      { become: true, becomeFlags: '-E' },
    ),
  ).toMatchObject({
    flags: '',
    exe: '/opt/sudo',
  })
})

test('a password in a variable beats the one asked for', () => {
  expect(become({}, { become: true }, new Secret('asked'))?.password?.revealText()).toBe('asked')
  const both = become(
    { ansible_become_password: 'a', ansible_become_pass: 'b' },
    { become: true },
    new Secret('asked'),
  )
  expect(both?.password?.revealText()).toBe('b')
})

test.each<[Record<string, Value>, BecomeValues, string]>([
  [{ ansible_become: 'perhaps' }, {}, 'ansible_become must be a boolean'],
  [{}, { become: 'perhaps' }, 'become must be a boolean'],
  [
    { ansible_become_method: 'runas' },
    { become: true },
    'ansible_become_method is none of sudo, su and doas',
  ],
  [{}, { become: true, becomeMethod: 'dzdo' }, 'become_method is none of sudo, su and doas'],
  [{}, { become: true, becomeUser: 1000 }, 'become_user must be text'],
])('%j %j is refused', (variables, keywords, message) => {
  expect(() => become(variables, keywords)).toThrow(message)
})
