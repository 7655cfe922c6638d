import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readInventory } from '../../src/inventory/read.ts'
import { InputError } from '../../src/values/problem.ts'
import { loadYamlFile } from '../../src/yaml/load.ts'
import { folderWith } from './folder.ts'

// No text crashes or hangs a loader: it is an inventory, or an InputError says why not. Pieces of the forms' grammars
// reach further into the readers than characters do.
const PIECES = [
  ...[
    '[web]',
    '[web:vars]',
    '[web:children]',
    '[all:vars]',
    'web01',
    'a=1',
    ' ',
    '\n',
    '\n  ',
    '#',
    ';',
    '=',
    ':',
  ],
  ...[
    '"',
    "'",
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    '(',
    '{{',
    '}}',
    '{%',
    'all:',
    'hosts:',
    'children:',
    'vars:',
    '- ',
  ],
  ...[
    '[1:3]',
    '[a:z]',
    '[0:99999999]',
    'h[1:9][1:9][1:9]',
    '<<: *a',
    '&a',
    '*a',
    '!vault |',
    '!unsafe',
    '|',
    '>',
  ],
  ...[
    '$ANSIBLE_VAULT;1.1;AES256\n',
    '6162',
    'sops:',
    'ENC[AES256_GCM,',
    'plugin: constructed',
    'compose:',
    'key: a',
  ],
  ...[
    '\uFEFF',
    '\u2028',
    '\0',
    '\t',
    '---',
    '...',
    '0x',
    '1e999',
    '-',
    '~',
    'é',
    '😀',
    '"""',
    '__proto__',
    '1.5',
  ],
]
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join('')),
)

async function loads(read: () => Promise<unknown>): Promise<void> {
  await read().catch((error: unknown) => {
    expect(error).toBeInstanceOf(InputError)
    expect((error as InputError).problems.length).toBeGreaterThan(0)
  })
}

describe('any text', () => {
  test.each(['hosts.ini', 'hosts.yaml', 'hosts.json', 'hosts.toml', 'hosts'])('as %s', async (name) => {
    const path = join(folderWith({ [name]: '' }), name)
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        writeFileSync(path, content)
        await loads(() => readInventory([path]))
      }),
      { numRuns: 300 },
    )
  })

  test('as a file of variables', async () => {
    const path = join(folderWith({ 'vars.yml': '' }), 'vars.yml')
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        writeFileSync(path, content)
        await loads(() => loadYamlFile(path))
      }),
      { numRuns: 300 },
    )
  })
})

test('any JSON from a script', { timeout: 60_000 }, async () => {
  const path = join(folderWith({ 'hosts.sh': '#!/bin/sh\ncat "$0.json"\n', 'hosts.sh.json': '' }), 'hosts.sh')
  chmodSync(path, 0o755)
  const keys = fc.constantFrom(
    'web',
    'hosts',
    'vars',
    'children',
    '_meta',
    'hostvars',
    'all',
    '__ansible_vault',
    '-',
  )
  const { data } = fc.letrec((tie) => ({
    data: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom('web', 'h1', '', '../x', null, 1, 1.5, true),
      fc.array(tie('data'), { maxLength: 3 }),
      fc.dictionary(keys, tie('data'), { maxKeys: 4 }),
    ),
  }))
  await fc.assert(
    fc.asyncProperty(fc.dictionary(keys, data, { maxKeys: 5 }), async (answer) => {
      writeFileSync(`${path}.json`, JSON.stringify(answer))
      await loads(() => readInventory([path]))
    }),
    { numRuns: 60 },
  )
})

describe('what is large or deep is read or refused in time', () => {
  const repeated = (part: string, times = 20_000) => part.repeat(times)
  const cases: readonly (readonly [string, string])[] = [
    ['hosts.ini', `[a]\n${repeated('h x=1\n')}`],
    ['hosts.ini', repeated('[')],
    ['hosts.ini', `h x='${repeated('[')}'`],
    ['hosts.ini', `h x='${repeated('(1,')}'`],
    ['hosts.ini', `h x="${repeated('a')}${repeated('\\\\"')}`],
    ['hosts.ini', `h x='${repeated('"a" ')}'`],
    ['hosts.ini', `h x='${repeated('\\\\')}x'`],
    ['hosts.ini', `h x='{${repeated('1:{', 150)}'`],
    ['hosts.ini', `[a:children]\n${Array.from({ length: 5000 }, (_, n) => `g${n}`).join('\n')}`],
    [
      'hosts.ini',
      `${Array.from({ length: 3000 }, (_, n) => `[g${n}:children]\ng${n + 1}\n`).join('')}[g3000]\n`,
    ],
    ['hosts.ini', `${repeated('h[1:9]', 30)}\n`],
    ['hosts', `a\n${repeated('b\n')}`],
    ['hosts.yaml', repeated('[')],
    ['hosts.yaml', `a: ${repeated('{a: ', 5000)}`],
    [
      'hosts.yaml',
      `a: &a0 [x]\n${Array.from({ length: 40 }, (_, n) => `b${n}: &a${n + 1} [*a${n},*a${n}]\n`).join('')}`,
    ],
    ['hosts.json', `{"a": ${repeated('[', 5000)}${repeated(']', 5000)}}`],
    ['hosts.toml', `a = ${repeated('[')}`],
    ['hosts.toml', repeated('[a.b]\n', 3000)],
    ['hosts.toml', `${repeated('a.', 5000)}b = 1`],
  ]
  test.each(cases.map(([name, content]) => [name, content.slice(0, 30), content] as const))(
    '%s %j',
    { timeout: 20_000 },
    async (name, _, content) => {
      const path = join(folderWith({ [name]: content }), name)
      await loads(() => readInventory([path]))
    },
  )
})
