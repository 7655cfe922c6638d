import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseExtraVars } from '../../../src/inventory/variables/extra-vars.ts'
import { Secret } from '../../../src/values/secret.ts'
import { TemplateText } from '../../../src/values/template-text.ts'
import type { Value } from '../../../src/values/value.ts'
import { folderWith } from '../folder.ts'

const POSITION = { file: '-e' }

test.each<[string, [string, Value][]]>([
  ['a=1', [['a', '1']]],
  [
    'a=1 b=two',
    [
      ['a', '1'],
      ['b', 'two'],
    ],
  ],
  [
    'note="two words" x=\'y z\'',
    [
      ['note', 'two words'],
      ['x', 'y z'],
    ],
  ],
  ['a=', [['a', '']]],
  ['a=b=c', [['a', 'b=c']]],
  ['a="it\'s"', [['a', "it's"]]],
  ['a=x\\ny\\u00e9', [['a', 'x\nyé']]],
  ['a=x\\fy', [['a', 'x\fy']]],
  ['a=\\U0001F600', [['a', '😀']]],
  ['a\\=b=c', [['a\\=b', 'c']]],
  [
    'a={{ b + 1 }} c=2',
    [
      ['a', new TemplateText('{{ b + 1 }}', POSITION)],
      ['c', '2'],
    ],
  ],
  [
    '{"a": 1, "b": [true]}',
    [
      ['a', 1],
      ['b', [true]],
    ],
  ],
  ['{a: 017}', [['a', 15]]],
  ['', []],
])('%s', (text, expected) => {
  expect(parseExtraVars([text])).toEqual(new Map(expected))
})

test('later ones win, files keep types', () => {
  const directory = folderWith({ 'more.yml': 'a: 3\nb: {c: 4}\n' })
  expect(parseExtraVars(['a=1', '{"a": 2}', `@${join(directory, 'more.yml')}`])).toEqual(
    new Map<string, Value>([
      ['a', 3],
      ['b', new Map([['c', 4]])],
    ]),
  )
})

test('passwords become secrets', () => {
  const variables = parseExtraVars(['ansible_password=a', '{"ansible_become_pass": "b"}'])
  expect([...variables.values()].every((value) => value instanceof Secret)).toBe(true)
})

describe('refused', () => {
  test.each([
    ['word', 'word 1 has no "="'],
    ['=x', 'has no "="'],
    ['a\\=b', 'has no "="'],
    ['a="b', 'a quote or a {{ is not closed'],
    ['a={{ b', 'a quote or a {{ is not closed'],
    ['[1]', '-e:1:1: extra variables are a mapping, not a list'],
    ['{"a": ', '-e:1:7: not valid YAML'],
    ['./vars.yml', '-e @./vars.yml'],
    ['@/nowhere.yml', '/nowhere.yml: cannot be read: no such file'],
  ])('%s', (text, message) => {
    expect(() => parseExtraVars([text])).toThrow(message)
  })

  test('all at once', () => {
    expect(() => parseExtraVars(['word', '[1]'])).toThrow(/word 1[\s\S]*a mapping/)
  })

  test('no value is shown', () => {
    expect(() => parseExtraVars(['ansible_password=hunter2 trombone'])).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/hunter2|trombone/) }),
    )
  })
})

test('what is not understood is not shown: it may be a password', () => {
  for (const text of [
    'hunter2',
    'ansible_password hunter2',
    'a=b hunter2',
    "p='hunter2",
    '{p: hunter2, x: [',
    '[hunter2]',
  ])
    expect(() => parseExtraVars([text])).toThrow(/^(?!.*hunter2)/s)
})
