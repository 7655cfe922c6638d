import { expect, test } from 'vitest'
import type { RunWords } from '../../src/cli/options/run-options.ts'
import { Secret } from '../../src/values/secret.ts'
import { Input } from './input.ts'

const PLAY = `
- hosts: "{{ target }}"
  gather_facts: false
  vars: { prefix: the }
  vars_prompt:
    - { name: target, prompt: "{{ prefix }} hosts", private: false, default: one }
    - { name: word, prompt: "{{ prefix }} word" }
    - { name: twice, confirm: true, private: no }
    - { name: evaluated, private: no }
    - { name: literal, private: no, unsafe: true }
    - { name: hash, encrypt: sha512_crypt, salt: abcdefgh, private: no, default: pw }
  vars_files: [later.yml]
  tasks:
    - debug: { msg: "{{ inventory_hostname }} {{ twice }} {{ evaluated }} {{ literal }} {{ hash }} {{ target }}" }
    - debug: { msg: "{{ word }}" }
    - block:
        - debug: { msg: right }
          when: word == 'typed' and item == 1
          loop: [1]
`
const FILES = {
  'hosts.yaml': 'all: { hosts: { one: , two: } }\n',
  'later.yml': 'unused: 1\n',
  'play.yaml': PLAY,
}

async function run(
  files: Readonly<Record<string, string>>,
  answers: Record<string, string[]> | undefined,
  words: RunWords = {},
) {
  const input = await Input.write(files)
  const asked: string[] = []
  const askVariable = async ({ prompt, hidden }: { prompt: string; hidden: boolean }) => {
    asked.push(`${prompt}${hidden ? '(hidden)' : ''}`)
    return answers?.[prompt.replace(/^\*+ VALUES.*\n/, '').trim()]?.shift() ?? ''
  }
  try {
    const { events, result } = await input.apply(
      { check: false, ...words },
      answers === undefined ? {} : { askVariable },
    )
    const said = events.flatMap((event) =>
      event.type === 'task' && event.module === 'debug' && event.item === undefined
        ? [event.result.get('msg')]
        : [],
    )
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
    return { asked, said, warnings, text: JSON.stringify(events), result }
  } finally {
    await input.remove()
  }
}

test('each variable is asked for once, in order, before the run', async () => {
  const { asked, said, text } = await run(FILES, {
    'the word:': ['typed'],
    'twice:': ['a', 'same'],
    'confirm twice:': ['b', 'same'],
    'evaluated:': ['{{ 1 + 1 }}'],
    'literal:': ['{{ 1 + 1 }}'],
  })
  expect(asked).toEqual([
    'the hosts [one]: ',
    'the word: (hidden)',
    'twice: ',
    'confirm twice: ',
    '***** VALUES ENTERED DO NOT MATCH ****\ntwice: ',
    'confirm twice: ',
    'evaluated: ',
    'literal: ',
    'hash [pw]: ',
  ])
  expect(said[0]).toMatch(/^one same 2 \{\{ 1 \+ 1 \}\} \$6\$rounds=656000\$abcdefgh\$\S{86} one$/)
  // What is private is a secret: masked wherever it is shown.
  expect(String(said[1])).toBe('********')
  expect(text).not.toContain('typed')
  expect(said[2]).toBe('All items completed')
})

test('what -e gives is not asked for', async () => {
  const { asked, said } = await run(
    FILES,
    {},
    { extraVars: ['target=two word=typed twice=x', '{"evaluated": "e", "literal": "l", "hash": "h"}'] },
  )
  expect(asked).toEqual([])
  expect(said[0]).toBe('two x e l h two')
})

test('without a terminal a default is taken with a warning, and its lack is refused', async () => {
  const only = (prompt: string) => ({
    ...FILES,
    'play.yaml': `
- hosts: one
  gather_facts: false
  vars_prompt:
    - ${prompt}
  tasks:
    - debug: { msg: "{{ x }}" }
`,
  })
  const { said, warnings } = await run(only('{ name: x, default: 5, private: false }'), undefined)
  expect(said).toEqual(['5'])
  expect(warnings).toEqual([
    expect.stringMatching(
      /play\.yaml:5:7: vars_prompt: there is no terminal to ask for 'x': its default is taken/,
    ),
  ])
  const input = await Input.write(only('{ name: x }'))
  try {
    expect(await input.problems()).toEqual([
      expect.stringMatching(
        /^play\.yaml:5:7: vars_prompt: 'x' has no value, .* no terminal .*\| give it with -e x=/,
      ),
    ])
    // What is only checked needs no answers.
    expect(await input.problems({ syntaxCheck: true })).toEqual([])
    expect(await input.problems({ listHosts: true })).toEqual([])
  } finally {
    await input.remove()
  }
})

test('mistakes are found before anybody is asked', async () => {
  const input = await Input.write({
    ...FILES,
    'play.yaml': `
- hosts: one
  vars_prompt:
    - name: 1x
    - prompt: no name
    - { name: y, promt: z }
    - { name: z, encrypt: md4, private: perhaps }
    - word
  tasks: []
- hosts: one
  vars_prompt: { name: x }
`,
  })
  try {
    expect(await input.problems()).toEqual([
      expect.stringMatching(/^play\.yaml:4:13: Invalid variable name '1x'/),
      expect.stringMatching(/^play\.yaml:5:7: Invalid vars_prompt data structure, missing 'name' key/),
      expect.stringMatching(/^play\.yaml:6:18: .* unsupported key 'promt'/),
      expect.stringMatching(/^play\.yaml:7:27: encrypt: md4 is not supported: it takes sha512,/),
      expect.stringMatching(/^play\.yaml:7:41: private: the value 'perhaps'/),
      expect.stringMatching(/^play\.yaml:8:7: .*missing 'name' key/),
      expect.stringMatching(/^play\.yaml:11:16: vars_prompt takes a list/),
    ])
  } finally {
    await input.remove()
  }
})

test('a secret names no hosts', async () => {
  await expect(
    run(
      { ...FILES, 'play.yaml': PLAY.replace('private: false, default: one', 'default: one') },
      { 'the word:': ['x'] },
    ),
  ).rejects.toThrow('hosts cannot be a secret')
  expect(new Secret('x').toString()).toBe('********')
})
