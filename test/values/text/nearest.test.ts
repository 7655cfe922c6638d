import { expect, test } from 'vitest'
import { didYouMean, nearest } from '../../../src/values/text/nearest.ts'

test.each([
  ['becom', ['become', 'before'], 'become'],
  ['Hosts', ['vars', 'hosts'], 'hosts'],
  ['web', ['db'], undefined],
  ['x', [], undefined],
  ['ansible_usr', ['ansible_user', 'ansible_host'], 'ansible_user'],
  ['tempalte', ['template'], 'template'],
])('%s', (word, known, expected) => {
  expect(nearest(word, known)).toBe(expected)
})

test('the hint is a question', () => {
  expect(didYouMean('becom', ['become'])).toBe('did you mean "become"?')
  expect(didYouMean('zzz', ['become'])).toBeUndefined()
})
