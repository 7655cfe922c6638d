import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import { Input } from './input.ts'

// Modules that look at a host or do little there, over the local connection.

/** The results of a play's tasks in order, and what they said by `debug`. */
async function run(tasks: string, files: Readonly<Record<string, string>> = {}, check = false) {
  const input = await Input.write({
    'hosts.yaml': 'all: { hosts: { one: } }\n',
    'play.yaml': `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks.replaceAll(/^/gm, '    ')}\n`,
    ...files,
  })
  try {
    const { events, result } = await input.apply({ check })
    const told = events.filter((event) => event.type === 'task' && event.item === undefined)
    return {
      folder: input.folder,
      failures: result.failures,
      statuses: told.map((event) => (event.type === 'task' ? event.status : '')),
      results: told.map((event) => (event.type === 'task' ? event.result : new Map<unknown, unknown>())),
      requests: events.find((event) => event.type === 'run-ended')?.cost.requests,
    }
  } finally {
    await input.remove()
  }
}

describe('facts of packages, services and names', () => {
  test('are variables and ansible_facts, read in one request', async () => {
    const { results, failures, requests } = await run(`- package_facts: { manager: auto }
- getent: { database: passwd, key: root }
- getent: { database: group, key: nosuchgroup, fail_key: false }
- debug: { msg: "{{ 'bash' in ansible_facts.packages }} {{ packages.bash[0].source }} {{ ansible_facts.getent_passwd.root[4] }} {{ getent_group }}" }
- ping: { data: there }`)
    expect(failures).toEqual([])
    expect(results[3]?.get('msg')).toBe("True apt /root {'nosuchgroup': None}")
    expect(results[4]?.get('ping')).toBe('there')
    expect(requests).toBe(1)
  })

  test('of services there are some, or the task is skipped', async () => {
    const { statuses, results } = await run('- service_facts:')
    const facts = results[0]?.get('ansible_facts')
    if (statuses[0] === 'skipped') expect(results[0]?.get('msg')).toContain('Failed to find any services')
    else expect((facts as ReadonlyMap<string, unknown>).has('services')).toBe(true)
  })

  test('a database that is not there fails', async () => {
    const { failures } = await run('- getent: { database: nosuch }')
    expect(failures[0]?.message).toContain('Missing arguments, or database unknown.')
  })
})

describe('raw', () => {
  test('gives status and outputs, and ends nothing but itself', async () => {
    const { results, statuses } = await run(`- raw: echo "a b"; echo c >&2; exit 3
  ignore_errors: true
- raw: echo $0
  args: { executable: /bin/bash }
- command: echo still there`)
    expect(statuses).toEqual(['ignored', 'changed', 'changed'])
    expect(results[0]?.get('rc')).toBe(3)
    expect(results[0]?.get('stdout_lines')).toEqual(['a b'])
    expect(results[0]?.get('stderr')).toBe('c\n')
    expect(results[1]?.get('stdout')).toBe('/bin/bash\n')
  })
})

describe('tempfile', () => {
  test('makes a file or directory of its own, and nothing in check mode', async () => {
    const { results, statuses } = await run(`- tempfile: { suffix: .txt }
  register: a
- tempfile: { state: directory, path: "{{ playbook_dir }}", prefix: "my " }
  register: b
- file: { path: "{{ a.path }}", state: absent }
- tempfile:
  check_mode: true`)
    const [file, directory, , checked] = results
    expect(statuses).toEqual(['changed', 'changed', 'changed', 'skipped'])
    expect(file?.get('path')).toMatch(/\/ansible\.[a-z0-9_]{8}\.txt$/)
    expect(file?.get('mode')).toBe('0600')
    expect(existsSync(file?.get('path') as string)).toBe(false)
    expect(directory?.get('path')).toMatch(/\/my [a-z0-9_]{8}$/)
    expect(directory?.get('mode')).toBe('0700')
    expect(directory?.get('owner')).toBe(userInfo().username)
    expect(checked?.get('path')).toBeUndefined()
  })
})
