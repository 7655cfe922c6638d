import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import { Input } from '../input.ts'

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

describe('find', () => {
  const FILES = {
    'd/a.log': 'one\ntwo\n',
    'd/b.log': 'three\n',
    'd/.hidden.log': 'x',
    'd/c.txt': 'two\n',
    'd/sub/deep.log': 'two\n',
    'd/sub/sub/deeper.log': 'two\n',
    "d/odd 'name\n.log": 'x',
  }
  const names = (result: ReadonlyMap<unknown, unknown> | undefined) =>
    (result!.get('files') as ReadonlyMap<string, unknown>[]).map((file) =>
      (file.get('path') as string).replace(/^.*?\/d\//, ''),
    )

  test.each([
    ['patterns: "*.log"', ['a.log', 'b.log', "odd 'name\n.log"]],
    ['patterns: "*.log", hidden: true, excludes: ["odd*"]', ['.hidden.log', 'a.log', 'b.log']],
    ['patterns: ["[ab].*"], use_regex: true', ['a.log', 'b.log']],
    [
      'patterns: "*.log", recurse: true, excludes: "odd*,b*"',
      ['a.log', 'sub/deep.log', 'sub/sub/deeper.log'],
    ],
    ['patterns: "*.log", recurse: true, depth: 2, excludes: "odd*,b*"', ['a.log', 'sub/deep.log']],
    ['file_type: directory, recurse: true', ['sub', 'sub/sub']],
    ['file_type: any, limit: 2', ['a.log', 'b.log']],
    ['size: 6', ['a.log', 'b.log']],
    ['size: -4', ['c.txt', "odd 'name\n.log"]],
    ['age: 1h', []],
    ['age: -1h, patterns: "?.log"', ['a.log', 'b.log']],
    ['contains: "tw.", recurse: true', ['a.log', 'c.txt', 'sub/deep.log', 'sub/sub/deeper.log']],
    ['contains: "wo", recurse: true', []],
    ['contains: "e\\ntwo", read_whole_file: true', ['a.log']],
    ['mode: "0644", patterns: "a*"', ['a.log']],
    ['mode: "u=x", exact_mode: false', []],
  ])('%s', async (words, expected) => {
    const { results, failures } = await run(`- find: { paths: "{{ playbook_dir }}/d", ${words} }`, FILES)
    expect(failures).toEqual([])
    expect(names(results[0])).toEqual(expected)
    expect(results[0]?.get('matched')).toBe(expected.length)
  })

  test('tells of each file what stat tells, with its checksum', async () => {
    const { results } = await run(
      '- find: { paths: ["{{ playbook_dir }}/d", /nosuch], patterns: c.txt, get_checksum: true }',
      FILES,
    )
    const [file] = results[0]!.get('files') as ReadonlyMap<string, unknown>[]
    expect(file?.get('checksum')).toBe('7bbef45b3bc70855010e02460717643125c3beca')
    expect(file?.get('size')).toBe(4)
    expect(file?.get('isreg')).toBe(true)
    expect(file?.has('exists')).toBe(false)
    expect(results[0]?.get('examined')).toBe(6)
    expect(results[0]?.get('skipped_paths')).toEqual(new Map([['/nosuch', "'/nosuch' is not a directory"]]))
    expect(results[0]?.get('msg')).toBe('Not all paths examined, check warnings for details')
  })

  test.each([
    ['age: soon', 'failed to process age'],
    ['size: big', 'failed to process size'],
    ['limit: 0', 'limit cannot be 0'],
    ['contains: "("', 'is no regular expression'],
  ])('%s is refused', async (words, message) => {
    const { failures } = await run(`- find: { paths: /etc, ${words} }`)
    expect(failures[0]?.message).toContain(message)
  })
})

describe('fetch', () => {
  test('brings a file once, into a folder of the host; a large one too', async () => {
    const { statuses, results, failures } = await run(
      `- shell: head -c 2000003 /dev/urandom >big
  args: { chdir: "{{ playbook_dir }}" }
- fetch: { src: "{{ playbook_dir }}/big", dest: got }
- fetch: { src: "{{ playbook_dir }}/big", dest: got }
- fetch: { src: "{{ playbook_dir }}/big", dest: got/, flat: true }
- fetch: { src: "{{ playbook_dir }}/big", dest: one.bin, flat: true }
- command: cmp "{{ playbook_dir }}/big" "{{ playbook_dir }}/got/one/{{ playbook_dir }}/big"
- command: cmp "{{ playbook_dir }}/big" "{{ playbook_dir }}/got/big"
- fetch: { src: "{{ playbook_dir }}/big", dest: two.bin, flat: true }
  check_mode: true
- stat: { path: "{{ playbook_dir }}/two.bin" }`,
    )
    expect(failures).toEqual([])
    expect(statuses).toEqual([
      ...['changed', 'changed', 'ok', 'changed', 'changed', 'changed', 'changed', 'skipped', 'ok'],
    ])
    expect(results[1]?.get('checksum')).toBe(results[2]?.get('checksum'))
    expect((results[8]!.get('stat') as ReadonlyMap<string, unknown>).get('exists')).toBe(false)
  })

  test('what is missing or no file fails, or is passed over', async () => {
    const { statuses, results } = await run(`- fetch: { src: /nosuch/x, dest: got }
  ignore_errors: true
- fetch: { src: /nosuch/x, dest: got, fail_on_missing: false }
- fetch: { src: /etc, dest: got }
  ignore_errors: true
- fetch: { src: "{{ playbook_dir }}/play.yaml", dest: "{{ playbook_dir }}", flat: true }
  ignore_errors: true`)
    expect(statuses).toEqual(['ignored', 'ok', 'ignored', 'ignored'])
    expect(results[1]?.get('msg')).toContain('the remote file does not exist')
    expect(results[3]?.get('msg')).toContain('use a trailing slash')
  })
})

describe('pause', () => {
  test('waits, also in check mode; a prompt is refused by name', async () => {
    const started = performance.now()
    const { results } = await run('- pause: { seconds: 1 }', {}, true)
    expect(performance.now() - started).toBeGreaterThan(1000)
    expect(results[0]?.get('user_input')).toBe('')
    await expect(run('- pause: { prompt: sure? }')).rejects.toThrow('prompt')
  })
})

describe('reboot and wait_for_connection', () => {
  test('a host is there again when its boot is another one and the test command succeeds', async () => {
    const { statuses, results, failures } = await run(
      `- wait_for_connection: { timeout: 5 }
- reboot:
    boot_time_command: cat "{{ playbook_dir }}/boot"
    reboot_command: echo second >"{{ playbook_dir }}/boot"; sleep 1; touch "{{ playbook_dir }}/works"
    test_command: test -e "{{ playbook_dir }}/works"
- reboot:
    boot_time_command: cat "{{ playbook_dir }}/boot"
    reboot_command: exit 1
  check_mode: true`,
      { boot: 'first\n' },
    )
    expect(failures).toEqual([])
    expect(statuses).toEqual(['ok', 'changed', 'changed'])
    expect(results[1]?.get('rebooted')).toBe(true)
    expect(results[1]?.get('elapsed')).toBeGreaterThanOrEqual(1)
  })

  test('one that does not come up in time fails, and says why', async () => {
    const { failures } = await run(
      '- reboot: { boot_time_command: echo same, reboot_command: "true", reboot_timeout: 1 }',
    )
    expect(failures[0]?.message).toContain(
      'timed out waiting for the host after 1 s: it does not answer as wanted yet',
    )
  })

  test('an address where nobody listens is waited for, no longer than it says', async () => {
    const input = await Input.write({
      'hosts.yaml':
        'all: { hosts: { one: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_connection: ssh } } }\n',
      'play.yaml':
        '- hosts: one\n  gather_facts: false\n  tasks:\n    - wait_for_connection: { timeout: 1, sleep: 0 }\n',
    })
    const { result } = await input.apply({ connection: 'ssh' })
    expect(result.failures[0]?.message).toMatch(
      /^timed out waiting for the host after 1 s: .*nothing listens there/,
    )
    expect(result.failures[0]?.status).toBe('failed')
    await input.remove()
  })
})
