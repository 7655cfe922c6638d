import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runFromWords } from '../../../src/cli/run-command.ts'
import type { Connection } from '../../../src/connection/connection.ts'
import { Connector } from '../../../src/connection/connector.ts'
import type { RunEvent } from '../../../src/run/record/events.ts'

// A fault of muster's own on one host is that host's failure: the others finish, the journal has the stack.

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-bug-'))
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const HOSTS = ['a', 'b', 'c']

async function run(broken: string, at: number) {
  await writeFile(
    join(folder, 'inventory.yaml'),
    JSON.stringify({ all: { hosts: Object.fromEntries(HOSTS.map((host) => [host, {}])) } }),
  )
  await writeFile(
    join(folder, 'play.yaml'),
    `- hosts: all
  gather_facts: false
  tasks:
    - name: first
      copy: { dest: "${folder}/{{ inventory_hostname }}-1", content: x }
    - name: second
      copy: { dest: "${folder}/{{ inventory_hostname }}-2", content: x }
    - name: all are told
      debug: { msg: "{{ ansible_play_hosts }}" }
`,
  )
  const events: RunEvent[] = []
  const connector = new Connector()
  const result = await runFromWords(
    'apply',
    join(folder, 'play.yaml'),
    { inventory: [join(folder, 'inventory.yaml')], connection: 'local' },
    (event) => events.push(event),
    {
      connect: async (settings, signal) => {
        const connection = await connector.connect(settings, signal)
        if (settings.name !== broken) return connection
        let requests = 0
        return new Proxy(connection, {
          get(target, key) {
            if (key === 'request' && ++requests === at)
              return () => Promise.reject(new TypeError('x is not a function'))
            const value = Reflect.get(target, key) as unknown
            return typeof value === 'function' ? value.bind(target) : value
          },
        }) as Connection
      },
    },
  )
  return { result, events }
}

test.each([1, 2, 3])('a fault in request %i of a host ends that host alone', async (at) => {
  const { result, events } = await run('b', at)
  const ended = events.find((event) => event.type === 'run-ended')
  expect(result.exitCode).toBe(70)
  expect(result.failures).toMatchObject([
    { host: 'b', status: 'failed', bug: true, message: 'an error inside muster: x is not a function' },
  ])
  for (const host of ['a', 'c']) {
    expect(ended?.recap.get(host)).toMatchObject({ ok: 3, changed: 2, failed: 0 })
    expect(await readFile(join(folder, `${host}-2`), 'utf8')).toBe('x')
  }
  expect(ended?.recap.get('b')).toMatchObject({ failed: 1 })
  const told = events.find(
    (event) => event.type === 'task' && event.host === 'a' && event.task === 'all are told',
  )
  expect(told).toMatchObject({ status: 'ok' })
  const journal = await readFile(ended?.journal as string, 'utf8')
  expect(journal).toMatch(/"event":"bug","host":"b".*TypeError: x is not a function.*at /)
})
