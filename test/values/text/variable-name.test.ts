import { expect, it } from 'vitest'
import { isVariableName } from '../../../src/values/text/variable-name.ts'

it.each(['a', '_x', 'a1', 'True_'])('takes %s', (name) => {
  expect(isVariableName(name)).toBe(true)
})

it.each(['', '1a', 'a-b', 'a b', 'ä', 'class', 'None', 'a.b'])('refuses %j', (name) => {
  expect(isVariableName(name)).toBe(false)
})
