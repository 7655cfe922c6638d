import { describe, expect, test } from 'vitest'
import { SettingReader } from '../../../src/connection/settings/setting-reader.ts'
import { convertParameter } from '../../../src/modules/convert-parameter.ts'
import { keywordInteger, keywordText } from '../../../src/playbook/tasks/keyword-values.ts'
import { createEngine } from '../../../src/template/engine.ts'
import { IncidentalSecret, openIncidental } from '../../../src/values/masking/incidental-secret.ts'
import { Secret } from '../../../src/values/secret.ts'
import { TemplateText } from '../../../src/values/template-text.ts'
import type { Value } from '../../../src/values/value.ts'

const VARIABLES: Readonly<Record<string, Value>> = {
  mode: new IncidentalSecret('0640'),
  user: new IncidentalSecret('ops'),
  password: new Secret('hunter2'),
  inFile: new TemplateText('{{ user }}-{{ 1 }}', undefined, true),
}
const engine = createEngine({ lookup: (name) => VARIABLES[name] }, { directory: '/' })
const made = (template: string) => engine.resolve(new TemplateText(template)) as Value

test('it is a Secret in every output', () => {
  expect(`${VARIABLES['mode']} ${JSON.stringify(VARIABLES['user'])}`).toBe('******** "********"')
})

describe('what is made of incidental secrets alone is opened where only open values fit', () => {
  test.each([
    ['{{ mode }}', '0640'],
    ['{{ user }}@{{ mode }}', 'ops@0640'],
    ['{{ user | upper }}', 'OPS'],
    ['{{ inFile }}', 'ops-1'],
  ])('%s', (template, text) => {
    expect(made(template)).toBeInstanceOf(Secret)
    expect(openIncidental(made(template))).toBe(text)
  })

  test.each(['{{ password }}', '{{ user }}:{{ password }}', '{{ password | upper }}'])(
    'not %s',
    (template) => {
      expect(openIncidental(made(template))).toBeInstanceOf(Secret)
    },
  )
})

test('parameters, keywords and settings of connections', () => {
  expect(convertParameter('mode', { type: 'mode', doc: '' }, made('{{ mode }}'))).toBeTruthy()
  expect(convertParameter('state', { type: 'str', choices: ['ops'], doc: '' }, made('{{ user }}'))).toBe(
    'ops',
  )
  expect(convertParameter('text', { type: 'str', doc: '' }, made('{{ user }}'))).toBeInstanceOf(Secret)
  expect(() => convertParameter('mode', { type: 'mode', doc: '' }, made('{{ password }}'))).toThrow(
    'is secret',
  )
  expect(keywordInteger('retries', new IncidentalSecret(3))).toBe(3)
  expect(keywordText('become_user', made('{{ user }}'))).toBe('ops')
  expect(() => keywordText('become_user', made('{{ password }}'))).toThrow('could not be converted')
  const reader = new SettingReader(
    (name) => made(`{{ ${name} }}`),
    () => undefined,
  )
  expect(reader.text(['user'])).toBe('ops')
  expect(reader.text(['password'])).toBeUndefined()
  expect(reader.problems[0]?.message).toContain('cannot be a secret')
})
