import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { Input } from '../input.ts'

// All that hosts and AWS would be reached by leads here.
let listener: Server
let connections = 0
let port = 0
let input: Input | undefined
beforeAll(async () => {
  listener = createServer((socket) => {
    connections += 1
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  port = (listener.address() as AddressInfo).port
  for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value)
})
afterEach(async () => {
  await input?.remove()
  input = undefined
  // Whatever was wrong, nobody was asked.
  expect(connections).toBe(0)
})
afterAll(() => {
  vi.unstubAllEnvs()
  listener.close()
})

function environment(): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_MAX_ATTEMPTS: '1',
  }
}

const hosts = (more = '') => `all:
  vars: { ansible_host: 127.0.0.1, ansible_port: ${port}, ansible_user: nobody }
  children:
    web:
      hosts:
        web01:
        web02:
${more}`

/** What muster says, in the order in which it says it. */
async function problems(files: Readonly<Record<string, string>>): Promise<string[]> {
  input = await Input.write({ 'hosts.yaml': hosts(), ...files })
  return input.problems({ connection: 'ssh', check: false })
}

const PLAY = `- hosts: web
  tasks:
    - debug: { msg: x }
`

test.each<[string, Record<string, string>, readonly string[]]>([
  [
    'YAML syntax',
    { 'play.yaml': '- hosts: web\n  tasks:\n    - debug: { msg: "x }\n' },
    [String.raw`^play\.yaml:\d+:\d+: .*not valid YAML.* \| a \[ or \{ above is not closed`],
  ],
  [
    'an unknown key',
    { 'play.yaml': '- hosts: web\n  taskss: []\n' },
    [String.raw`^play\.yaml:2:3: 'taskss' is no keyword of a play \| did you mean "tasks"\?`],
  ],
  [
    'an unknown module',
    { 'play.yaml': '- hosts: web\n  tasks:\n    - coppy: { src: a, dest: b }\n' },
    [String.raw`^play\.yaml:3:7: .*coppy.* \| did you mean "copy"\?`],
  ],
  [
    'an unknown parameter, and one of a wrong type',
    { 'play.yaml': '- hosts: web\n  tasks:\n    - copy: { contnt: a, dest: /b, backup: maybe }\n' },
    [
      String.raw`^play\.yaml:3:15: .*contnt.* \| .*content`,
      String.raw`^play\.yaml:3:\d+: .*backup.*write yes or no`,
    ],
  ],
  [
    'an unknown variable',
    {
      'play.yaml': '- hosts: web\n  vars: { folder: /srv }\n  tasks:\n    - debug: { msg: "{{ foldr }}" }\n',
    },
    [String.raw`^play\.yaml:4:25: .*'foldr' is undefined \| did you mean "folder"\?`],
  ],
  [
    'an unknown group',
    { 'play.yaml': PLAY.replace('web', 'wbe') },
    [String.raw`^play\.yaml:1:\d+: .*wbe.* \| did you mean "web"\?`],
  ],
  [
    'a template error',
    { 'play.yaml': '- hosts: web\n  tasks:\n    - debug: { msg: "{{ 1 | defalt(2) }} {{ 3 + }}" }\n' },
    [String.raw`^play\.yaml:3:\d+: .*(?:defalt|Syntax error)`],
  ],
  [
    'a mistake in a template file',
    {
      'play.yaml': '- hosts: web\n  tasks:\n    - template: { src: a.j2, dest: /a }\n',
      'templates/a.j2': 'one\n{% if x %}\n',
    },
    [String.raw`^templates/a\.j2:\d+:\d+: .*`],
  ],
  [
    'a range that runs backwards',
    { 'hosts.yaml': hosts('        db[09:01]:\n'), 'play.yaml': PLAY },
    [String.raw`^hosts\.yaml:8:9: the range \[09:01\] runs backwards; did you mean \[01:09\]\?`],
  ],
  [
    'a host that stands twice',
    { 'hosts.yaml': hosts('        web01: { a: 1 }\n'), 'play.yaml': PLAY },
    [String.raw`^hosts\.yaml:6:9: the host web01 is written twice .*hosts\.yaml:8:9.* \| .`],
  ],
  [
    'artifacts: one that is missing, one with a wrong checksum, one without',
    {
      'play.yaml': `- hosts: web
  vars:
    artifacts:
      agent:
        path: files/agent.deb
        sha256: ${'a'.repeat(64)}
      prometheus: { path: nowhere.tar.gz, sha256: "${'1'.repeat(64)}" }
      exporter: { path: files/agent.deb }
  tasks:
    - debug: { msg: x }
`,
      'files/agent.deb': 'a package',
    },
    [
      String.raw`^play\.yaml:6:17: artifact 'agent': .*agent\.deb has sha256 [0-9a-f]{64}, not a{64} \| .*fetch it again`,
      String.raw`^play\.yaml:7:27: artifact 'prometheus': there is no file .*nowhere\.tar\.gz.* \| fetch it first`,
      String.raw`^play\.yaml:8:\d+: artifact 'exporter' needs its sha256.* \| .`,
    ],
  ],
  [
    'how to reach a host',
    { 'hosts.yaml': hosts().replace(`ansible_port: ${port}`, 'ansible_port: many'), 'play.yaml': PLAY },
    [String.raw`^hosts\.yaml:2:50: web01: ansible_port must be a whole number from 1 to 65535`],
  ],
])('%s is told with its place, cause and hint', async (_, files, expected) => {
  const told = await problems(files)
  for (const [index, pattern] of expected.entries()) expect(told[index]).toMatch(new RegExp(pattern, 's'))
})

test('all mistakes of inventory and playbook are told at once, on standard error, with exit code 1', async () => {
  input = await Input.write({
    'hosts.yaml': hosts('        db[09:01]:\n        web01: { a: 1 }\n'),
    'play.yaml': `- hosts: web
  taskss: []
  tasks:
    - coppy: { src: a, dest: b }
    - debug: { msg: "{{ 1 | defalt(2) }}" }
    - file: { path: /x, state: director }
`,
  })
  const program = join(import.meta.dirname, '../../../bin/muster.js')
  const call = promisify(execFile)(
    process.execPath,
    [program, 'apply', 'play.yaml', '-i', 'hosts.yaml', '--json'],
    { cwd: input.folder, env: { PATH: process.env['PATH'] ?? '', HOME: input.folder, ...environment() } },
  )
  const failed = (await call.then(
    () => ({ code: 0, stdout: '', stderr: '' }),
    (error) => error,
  )) as { code: number; stdout: string; stderr: string }
  expect(failed.code).toBe(1)
  expect(failed.stdout).toBe('')
  const lines = failed.stderr.trimEnd().split('\n')
  expect(lines.filter((line) => /^hosts\.yaml:\d+:\d+: /.test(line))).toHaveLength(2)
  expect(lines.filter((line) => /^play\.yaml:\d+:\d+: /.test(line))).toHaveLength(4)
  expect(lines.filter((line) => line.startsWith('  hint: ')).length).toBeGreaterThanOrEqual(4)
  expect(lines.at(-1)).toBe('6 problems; nothing was done')
})
