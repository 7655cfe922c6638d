import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RunningMuster } from '../../run/muster.ts'

// lookup('inventory_hostnames'): as a run's templates and loops have it.

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-matched-'))
  const hosts = { web01: {}, web02: {}, db01: {} }
  const children = { web: { hosts: { web01: {}, web02: {} } } }
  await writeFile(join(folder, 'hosts.yaml'), JSON.stringify({ all: { hosts, children } }))
  await writeFile(join(folder, 'limit'), 'web02\ndb01\n')
})
afterAll(() => rm(folder, { recursive: true }))

const EXPRESSIONS: Readonly<Record<string, string>> = {
  pattern: "query('inventory_hostnames', 'all:!web')",
  several: "query('inventory_hostnames', 'web', '!web01')",
  text: "lookup('inventory_hostnames', 'web')",
  nothing: "query('inventory_hostnames', 'nope')",
  limit: "query('inventory_hostnames', ansible_limit)",
}

it('gives the hosts of patterns, none for what names nothing, and those of the limit', async () => {
  const looped = { debug: { msg: '{{ item }}' }, name: 'looped', with_inventory_hostnames: ['all:&web'] }
  const shown = Object.entries(EXPRESSIONS).map(([name, text]) => ({ name, debug: { msg: `{{ ${text} }}` } }))
  const playbook = join(folder, 'play.yaml')
  const plays = [{ hosts: 'localhost', gather_facts: false, tasks: [...shown, looped] }]
  await writeFile(playbook, JSON.stringify(plays))
  const words = ['apply', playbook, '-i', join(folder, 'hosts.yaml'), '--limit', `@${join(folder, 'limit')}`]
  const { events } = await new RunningMuster([...words, '--json'], {
    environment: { XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder },
  }).ended
  const told = (task: string) =>
    events.flatMap((event) => (event.task === task ? [(event.result as { msg: unknown }).msg] : []))
  expect(Object.fromEntries(Object.keys(EXPRESSIONS).map((name) => [name, told(name)[0]]))).toEqual({
    pattern: ['db01'],
    several: ['web02'],
    text: 'web01,web02',
    nothing: [],
    limit: ['web02', 'db01'],
  })
  expect(told('looped').slice(0, 2)).toEqual(['web01', 'web02'])
})
