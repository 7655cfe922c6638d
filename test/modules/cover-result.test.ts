import { expect, test } from 'vitest'
import { coverResult, coverWords } from '../../src/modules/cover-result.ts'
import { resultOf } from '../../src/modules/task-result.ts'
import { Secret } from '../../src/values/secret.ts'
import { dict } from '../../src/values/value.ts'

test('what a module tells of a secret parameter is that Secret, however deep, and nothing else is', () => {
  const url = new Secret('https://x/?token=a')
  const user = new Secret('me')
  const params = { url, headers: dict({ 'X-User': user }), on: new Secret(true), none: new Secret('') }
  const result = resultOf(
    { result: { url: 'https://x/?token=a', users: ['me', 'meme', ''], of: dict({ k: 'me' }), on: 'true' } },
    false,
    [],
  )
  const { values } = coverResult(params, result)
  expect(values.get('url')).toBe(url)
  expect(values.get('users')).toEqual([user, 'meme', ''])
  expect((values.get('of') as Map<string, unknown>).get('k')).toBe(user)
  expect(values.get('on')).toBe('true')
})

test('without secrets it stays as it is', () => {
  const result = resultOf({ result: { url: 'x' } }, false, [])
  expect(coverResult({ url: 'x' }, result)).toBe(result)
})

test.each([
  ['name the host db1', 'name the host ********'],
  ['link /a to db1/x', 'link /a to ********/x'],
  ['db12 is another', 'db12 is another'],
  ['fetch https://x/?token=$1', 'fetch ********'],
])('what it says of it shows none: %s', (said, shown) => {
  expect(coverWords({ name: new Secret('db1'), url: [new Secret('https://x/?token=$1')] }, said)).toBe(shown)
})

test('a failure neither', () => {
  const result = { ...resultOf({}, false, []), message: 'no such user: me', hint: 'make me first' }
  expect(coverResult({ user: new Secret('me') }, result)).toMatchObject({
    message: 'no such user: ********',
    hint: 'make ******** first',
  })
})
