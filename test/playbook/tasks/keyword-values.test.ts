import { describe, expect, it } from 'vitest'
import {
  keywordBoolean,
  keywordInteger,
  keywordSeconds,
  keywordText,
} from '../../../src/playbook/tasks/keyword-values.ts'
import { Float } from '../../../src/values/float.ts'
import { Secret } from '../../../src/values/secret.ts'
import { dict, type Value } from '../../../src/values/value.ts'

describe('values of keywords', () => {
  it('are taken in the forms that Ansible takes', () => {
    expect(keywordBoolean('become', 'Yes')).toBe(true)
    expect(keywordBoolean('become', 0)).toBe(false)
    expect(keywordInteger('retries', ' 3 ')).toBe(3)
    expect(keywordSeconds('delay', new Float(0.5))).toBe(0.5)
    expect(keywordSeconds('delay', '1.5')).toBe(1.5)
    expect(keywordSeconds('delay', 2)).toBe(2)
    expect(keywordText('name', 5)).toBe('5')
    expect(keywordText('name', true)).toBe('True')
  })

  it.each<[string, (name: string, value: Value) => unknown, Value]>([
    ['boolean', keywordBoolean, 'perhaps'],
    ['boolean', keywordBoolean, 2],
    ['boolean', keywordBoolean, null],
    ['integer', keywordInteger, -1],
    ['integer', keywordInteger, 'many'],
    ['integer', keywordInteger, true],
    ['integer', keywordInteger, new Float(1.5)],
    ['seconds', keywordSeconds, -1],
    ['seconds', keywordSeconds, 'soon'],
    ['seconds', keywordSeconds, new Float(Number.POSITIVE_INFINITY)],
    ['text', keywordText, []],
    ['text', keywordText, dict({})],
    ['text', keywordText, null],
  ])('are refused as %s (%#)', (_, read, value) => {
    expect(() => read('keyword', value)).toThrow(/^keyword: the value '.*' could not be converted to '\w+'/)
  })

  it('never show a secret', () => {
    for (const read of [keywordBoolean, keywordInteger, keywordSeconds, keywordText]) {
      expect(() => read('keyword', new Secret('hunter2'))).toThrow("the value '********'")
    }
  })
})
