import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dump } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encrypt } from '../../src/vault/cipher.ts'
import { showRun } from './secrets-outputs.ts'
import { findSecret, spellings } from './secrets-spellings.ts'

/** With what shells, URLs, HTML, JSON and YAML write in another way. */
const SECRET = `Kq7'Zx9"vB&w<4 é\\T/=`

/** Stands for the folder that the tasks may write. */
const FOLDER = '@FOLDER@'
const SERVER = '@SERVER@'

let folder: string
let server: Server
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-doors-'))
  await writeFile(
    join(folder, 'all'),
    [...spellings(SECRET)].map(([name, text]) => `${name}: ${text}`).join('\n'),
  )
  server = createServer((request, response) => {
    let body = `${request.url} ${request.headers['x-token']} `
    request.on('data', (data) => {
      body += data
    })
    request.on('end', () => response.writeHead(418, { 'x-echo': encodeURIComponent(body) }).end(body))
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true, force: true })
})

/** Tasks that print, send or fail with the variable `pw`. */
const DOORS: Readonly<Record<string, readonly object[]>> = {
  'a shell that prints it': [{ shell: 'printf "pw is %s\\n" {{ pw | quote }}; echo {{ pw | quote }} >&2' }],
  'a shell that fails': [{ shell: 'echo "pw is" {{ pw | quote }} >&2; exit 3' }],
  'a shell that prints the half of it, cut': [
    {
      shell: `for i in 1 2 3 4 5 6 7 8 9; do head -c 30 /dev/zero | tr '\\0' x; printf %s {{ pw | quote }}; done; exit 1`,
    },
  ],
  'a command': [{ command: { argv: ['printf', '%s', '{{ pw }}'] } }],
  'a command that is not there': [{ command: { argv: ['/nowhere/{{ pw }}', '{{ pw }}'] } }],
  'standard input': [{ command: { cmd: 'cat', stdin: 'got {{ pw }}' } }],
  'every spelling of it': [{ shell: `cat ${FOLDER}/all; cat ${FOLDER}/all >&2; exit 1` }],
  'encodings made on the host': [
    {
      shell: 'printf %s {{ pw | quote }} | base64; printf "x%s" {{ pw | quote }} | od -An -tx1 -w99',
      environment: { A: 'b' },
    },
  ],
  'the environment': [{ shell: 'env; echo "$PW"', environment: { PW: 'a{{ pw }}b' } }],
  'a file': [
    { copy: { content: 'first\npassword = {{ pw }}\nlast\n', dest: `${FOLDER}/file` } },
    { shell: `cat ${FOLDER}/file` },
    { copy: { content: 'first\nnone\nlast\n', dest: `${FOLDER}/file` } },
  ],
  'a template': [
    { template: { src: 'a.j2', dest: `${FOLDER}/templated` } },
    { shell: `cat ${FOLDER}/templated; exit 1` },
  ],
  'a large template': [
    { template: { src: 'large.j2', dest: `${FOLDER}/large` } },
    { shell: `head -c 200 ${FOLDER}/large` },
  ],
  'the name of a file': [
    { copy: { content: 'x', dest: `${FOLDER}/{{ pw | replace('/', '_') }}` } },
    { stat: { path: `${FOLDER}/{{ pw | replace('/', '_') }}` }, register: 'there' },
    { debug: { var: 'there' } },
    { file: { path: `${FOLDER}/{{ pw | replace('/', '_') }}`, state: 'absent' } },
  ],
  'the target of a link': [
    { file: { src: '/nowhere/{{ pw }}', dest: `${FOLDER}/link`, state: 'link', force: true } },
  ],
  'a name of a user': [{ file: { path: `${FOLDER}/all`, owner: '{{ pw }}' } }],
  'a unit': [{ systemd: { name: '{{ pw }}', state: 'started' } }],
  'a URL': [{ uri: { url: `${SERVER}/{{ pw | urlencode }}?a={{ pw | urlencode }}`, return_content: true } }],
  'headers and body': [
    {
      uri: {
        url: SERVER,
        method: 'POST',
        headers: { 'X-Token': '{{ pw | b64encode }}' },
        body_format: 'json',
        body: { password: '{{ pw }}' },
        return_content: true,
      },
    },
  ],
  'user and password of a URL': [
    { uri: { url: `${SERVER}/x`, url_username: 'ann', url_password: '{{ pw }}', force_basic_auth: true } },
  ],
  set_fact: [
    { set_fact: { fact: 'x{{ pw }}y', deep: { a: ['{{ pw }}'] } } },
    { debug: { var: 'deep' } },
    { shell: 'echo "{{ fact | regex_replace(".(.*).", "\\\\1") }}"' },
  ],
  register: [
    { shell: 'echo {{ pw | quote }}', register: 'said' },
    { debug: { msg: 'it said {{ said.stdout }}' } },
    { debug: { var: 'said' } },
    { fail: { msg: '{{ said.stdout | b64encode }} {{ said.stdout | urlencode }} {{ said }}' } },
  ],
  'a loop': [
    {
      shell: 'echo {{ item | quote }}',
      loop: ['{{ pw }}', 'a {{ pw }}'],
      loop_control: { label: 'for {{ item }}' },
    },
  ],
  'a loop without a label': [
    { shell: 'echo "{{ item.name }}"', loop: [{ name: 'ann', password: '{{ pw }}' }] },
  ],
  'a loop over what a host printed': [
    { shell: `cat ${FOLDER}/all`, register: 'all' },
    { debug: { msg: '{{ item }}' }, loop: '{{ all.stdout_lines }}' },
  ],
  failed_when: [{ shell: 'echo {{ pw | quote }}', register: 'out', failed_when: 'pw in out.stdout' }],
  'failed_when that cannot be evaluated': [{ shell: 'true', failed_when: 'pw | from_json' }],
  'when with a value': [{ debug: { msg: 'x' }, when: "pw | length > 3 and pw != 'x'" }],
  assert: [{ assert: { that: "pw == 'x'", fail_msg: 'not {{ pw }}' } }],
  debug: [{ debug: { msg: ['{{ pw }}', { a: '{{ pw }}' }] } }, { debug: { var: 'pw' } }],
  'the name of a task': [
    { name: 'task for {{ pw }}', debug: { msg: 'x' } },
    { name: 'x {{ pw }}', command: '/bin/false' },
  ],
  'an undefined value': [{ debug: { msg: "{{ {'a': 1}[pw] }}" } }],
  'a number that is none': [{ command: 'true', retries: '{{ pw }}', until: 'true' }],
  'a timeout that is none': [{ command: 'true', timeout: '{{ pw }}' }],
  'an environment that is none': [{ command: 'true', environment: '{{ [pw] }}' }],
  'a parameter of another type': [{ file: { path: '/tmp', mode: '{{ pw }}' } }],
  filters: [
    {
      shell: [
        "cat <<'END'",
        ...[
          'b64encode',
          'quote',
          "regex_replace('q', 'Q')",
          'urlencode',
          'to_json',
          'to_nice_yaml',
          'upper',
          'lower',
          'hash',
          'list',
          'string',
          'trim',
          "split('&')",
          "replace('9', '')",
          'reverse',
          'to_json | to_json',
          'e',
          'comment',
          'indent',
          'wordwrap(5)',
          'b64encode | b64encode',
          'b64encode | reverse',
        ].map((filter) => `{{ pw | ${filter} }}`),
        "{{ '%s!' | format(pw) }} {{ [pw, 'b'] | join('-') }} {{ {'a': pw} | to_nice_json }}",
        'END',
      ].join('\n'),
    },
  ],
}

/** Ways in which a run comes to know the secret. */
const SOURCES: Readonly<Record<string, (secret: string) => Source>> = {
  'an inventory': () => ({ inventory: { pw: SECRET } }),
  'vars of the play': () => ({ play: { vars: { pw: SECRET } } }),
  vars_files: () => ({ play: { vars_files: ['vars.yaml'] }, files: { 'vars.yaml': tagged({ pw: SECRET }) } }),
  'vars of a task': () => ({ task: { pw: SECRET } }),
  '-e': () => ({ files: { 'extra.yaml': tagged({ pw: SECRET }) }, extra: ['extra.yaml'] }),
  'a vault': () => ({
    ...VAULT,
    files: {
      ...VAULT.files,
      'hosts.yaml': `all:\n  hosts: {here: }\n  vars:\n    pw: !vault |\n${indent(encrypt(Buffer.from(SECRET), 'open sesame'), 6)}\n`,
    },
  }),
  'an encrypted file of variables': () => ({
    ...VAULT,
    files: { ...VAULT.files, 'vars.yaml': encrypt(Buffer.from(dump({ pw: SECRET })), 'open sesame') },
    play: { vars_files: ['vars.yaml'] },
  }),
  'a name, in the inventory': () => named({ inventory: { ansible_become_pass: SECRET } }),
  'a name, in vars of the play': () => named({ play: { vars: { ansible_become_pass: SECRET } } }),
  'a name of a template': () =>
    named({ play: { vars: { ansible_become_pass: '{{ plainly }}', plainly: SECRET } }, open: ['plainly'] }),
  'a name, in vars_files': () =>
    named({
      play: { vars_files: ['vars.yaml'] },
      files: { 'vars.yaml': dump({ ansible_become_pass: SECRET }) },
    }),
  'a name, in vars of a task': () => named({ task: { ansible_become_pass: SECRET } }),
  'a name, in set_fact': () => named({ first: [{ set_fact: { ansible_become_pass: SECRET } }] }),
  'a name, in register': () => ({
    // It comes with the lines of stdout beside it.
    first: [{ command: `cat ${FOLDER}/secret`, register: 'ansible_become_pass' }],
    play: { vars: { pw: '{{ ansible_become_pass.stdout }}' } },
  }),
  'no_log and register': () => ({
    first: [{ command: `cat ${FOLDER}/secret`, register: 'got', no_log: true }],
    play: { vars: { pw: '{{ got.stdout }}' } },
  }),
}

/** How a run opens what is encrypted. */
const VAULT = { vault: ['password'], files: { password: 'open sesame\n' } }

interface Source {
  readonly vault?: readonly string[]
  readonly inventory?: Readonly<Record<string, string>>
  readonly play?: {
    readonly vars?: Readonly<Record<string, string>>
    readonly vars_files?: readonly string[]
  }
  readonly task?: Readonly<Record<string, string>>
  readonly first?: readonly object[]
  readonly files?: Readonly<Record<string, string>>
  readonly extra?: readonly string[]
  readonly open?: readonly string[]
}

function named(source: Source): Source {
  return {
    ...source,
    play: { ...source.play, vars: { ...source.play?.vars, pw: '{{ ansible_become_pass }}' } },
  }
}

/** YAML in which a text that is no template is `!secret`. */
function tagged(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(
      ([name, text]) =>
        `${name}: ${text.includes('{{') || /^(ansible|plainly)/.test(name) ? '' : '!secret '}${JSON.stringify(text)}\n`,
    )
    .join('')
}

async function show(source: Source, doors: readonly object[]) {
  const { port } = server.address() as AddressInfo
  await writeFile(join(folder, 'secret'), SECRET)
  const tasks = [...(source.first ?? []), ...doors].map((task) => ({
    ignore_errors: true,
    ...task,
    vars: undefined,
  }))
  const listed = tasks.map(
    (task) => `  - ${JSON.stringify(task).slice(0, -1)},"vars":{${flow(source.task)}}}`,
  )
  const play = [
    '- hosts: all',
    ...(source.play?.vars === undefined ? [] : ['  vars:', indent(tagged(source.play.vars), 4)]),
    ...(source.play?.vars_files === undefined
      ? []
      : [`  vars_files: ${JSON.stringify(source.play.vars_files)}`]),
    '  tasks:',
    ...listed,
  ].join('\n')
  const vars = source.inventory === undefined ? '' : `  vars:\n${indent(tagged(source.inventory), 4)}\n`
  return showRun(
    {
      'play.yaml': play.replaceAll(FOLDER, folder).replaceAll(SERVER, `http://127.0.0.1:${port}`),
      'hosts.yaml': `all:\n  hosts: {here: }\n${vars}`,
      'templates/a.j2': 'first\npassword = {{ pw }}\nlast\n',
      'templates/large.j2': '{% for i in range(20000) %}{{ pw }}\n{% endfor %}',
      ...source.files,
    },
    (at) => ({
      extraVars: (source.extra ?? []).map((name) => `@${join(at, name)}`),
      vaultPasswordFile: (source.vault ?? []).map((name) => join(at, name)),
    }),
  )
}

function flow(variables: Readonly<Record<string, string>> = {}): string {
  return tagged(variables).trimEnd().split('\n').filter(Boolean).join(', ')
}

function indent(text: string, by: number): string {
  return text.trimEnd().replaceAll(/^/gm, ' '.repeat(by))
}

async function expectNothing(source: Source, doors: readonly object[]): Promise<void> {
  const { outputs, events } = await show(source, doors)
  for (const [name, text] of outputs)
    expect({ name, found: findSecret(text, SECRET) }).toEqual({ name, found: [] })
  // The tasks were done: nothing is hidden because nothing was said.
  expect(outputs.get('the refusal')).toBeUndefined()
  expect(events.filter(({ type }) => type === 'task').length).toBeGreaterThan(0)
}

describe('nothing that a run shows has the secret in it, sent through', () => {
  test.each(Object.entries(DOORS))('%s', async (_, doors) => {
    await expectNothing(SOURCES['an inventory']!(SECRET), doors)
  })
})

describe('nor what an encrypted file for hosts holds', () => {
  const vaulted = (name: string, text: string) => ({
    ...VAULT,
    files: { ...VAULT.files, [name]: encrypt(Buffer.from(text), 'open sesame') },
  })
  const content = `first line\npassword = ${SECRET}\n`
  const print = { shell: `cat ${FOLDER}/vaulted; exit 1` }

  test.each<[string, Source, object]>([
    ['copy', vaulted('files/v', content), { copy: { src: 'v', dest: `${FOLDER}/vaulted` } }],
    ['template', vaulted('templates/v', content), { template: { src: 'v', dest: `${FOLDER}/vaulted` } }],
    [
      'lookup',
      vaulted('files/v', content),
      { copy: { content: "{{ lookup('file', 'files/v') }}", dest: `${FOLDER}/vaulted` } },
    ],
    [
      'a large one',
      vaulted('files/v', content + 'x'.repeat(300_000)),
      { copy: { src: 'v', dest: `${FOLDER}/vaulted` } },
    ],
  ])('%s', async (_, source, task) => {
    await expectNothing(source, [task, print, { copy: { content: 'other', dest: `${FOLDER}/vaulted` } }])
  })
})

describe('nor wherever it was read from', () => {
  const doors = ['a shell that prints it', 'every spelling of it', 'a file', 'register', 'set_fact'].flatMap(
    (name) => DOORS[name]!,
  )
  test.each(Object.entries(SOURCES))('%s', async (_, source) => {
    await expectNothing(source(SECRET), doors)
  })

  test('and was not used, but printed by a host', async () => {
    for (const name of ['an inventory', 'vars of the play', 'vars_files', 'vars of a task'])
      await expectNothing(SOURCES[name]!(SECRET), DOORS['every spelling of it']!)
  })
})
