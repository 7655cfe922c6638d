import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changes, Lab, limits } from '../run/lab.ts'
import { summaryOf } from '../run/muster.ts'

const PASSWORD = 'pass word of sudo'

// One host for each thing that goes wrong, beside one where nothing does.
let lab: Lab
let vars: Record<string, Record<string, unknown>>
beforeAll(async () => {
  lab = await Lab.start(6, {
    each: [
      { name: 'good' },
      { name: 'dead' },
      { name: 'stranger' },
      { name: 'full', tmpfs: { '/opt': 'size=64k' } },
      { name: 'asking', password: PASSWORD, sudoAsks: true },
      { name: 'frozen' },
    ],
  })
  const [, dead, stranger, , , frozen] = lab.hosts
  await dead?.kill()
  await frozen?.freeze()
  const wrongKeys = join(lab.folder, 'known_hosts')
  // The keys of another host under the stranger's address, as after a machine in the middle.
  await writeFile(
    wrongKeys,
    (frozen?.knownHosts ?? '').replaceAll(`:${frozen?.port} `, `:${stranger?.port} `),
  )
  vars = {
    stranger: { ansible_ssh_common_args: `-o UserKnownHostsFile=${wrongKeys}` },
    full: { data_folder: '/opt' },
    frozen: { ansible_timeout: 2 },
  }
})
afterAll(async () => {
  await lab.hosts.find(({ name }) => name === 'frozen')?.thaw()
  await lab.stop()
})

test('hosts that fail are told with cause and next step, once each, and stop no other', async () => {
  const ended = await lab.apply({ hosts: vars })
  const { recap, failures } = summaryOf(ended)
  // Some failed, some were unreachable: 4, as in Ansible.
  expect(ended.code).toBe(4)
  expect(changes(ended)).toMatchObject({ localhost: 1, good: 7 })
  expect(recap['good']).toMatchObject({ failed: 0, unreachable: 0 })
  expect(Object.fromEntries(failures.map((failure) => [failure.host, failure]))).toEqual({
    dead: expect.objectContaining({ status: 'unreachable', hint: expect.stringContaining('sshd') }),
    stranger: expect.objectContaining({
      status: 'unreachable',
      message: expect.stringContaining('key'),
      hint: expect.stringContaining('known_hosts'),
    }),
    full: expect.objectContaining({
      status: 'failed',
      task: 'data',
      message: expect.stringContaining('No space left on device'),
      hint: expect.any(String),
    }),
    asking: expect.objectContaining({
      status: 'failed',
      message: expect.stringContaining('password'),
      hint: expect.stringContaining('--ask-become-pass'),
    }),
    frozen: expect.objectContaining({
      status: 'unreachable',
      message: expect.stringContaining('within 2 s'),
    }),
  })
  expect(failures).toHaveLength(5)
  for (const counts of Object.values(recap))
    expect((counts['failed'] ?? 0) + (counts['unreachable'] ?? 0)).toBeLessThanOrEqual(1)
  // Those who came as far as the registration share one activation; nothing of it is left.
  expect(limits(ended)).toEqual([1])
  expect(lab.cloud.inspect.nodes()).toHaveLength(1)
  expect(lab.cloud.inspect.activations()).toEqual([])
})

test('a full disk keeps what was there, and no half-written file', async () => {
  const full = lab.hosts.find(({ name }) => name === 'full')
  expect(await full?.sh('ls -A /opt')).toBe('')
})

test('where hosts are only unreachable the exit code says that', async () => {
  const ended = await lab.apply({ hosts: vars, words: ['--limit', 'dead:stranger:frozen:good'] })
  expect(ended.code).toBe(4)
  expect(summaryOf(ended).failures.map(({ status }) => status)).toEqual(Array(3).fill('unreachable'))
})

test('sudo gets its password from standard input', async () => {
  const words = ['--limit', 'asking', '--ask-become-pass']
  const ended = await lab.apply({ hosts: vars, words, stdin: `${PASSWORD}\n` })
  expect(ended.code).toBe(0)
  expect(changes(ended)).toEqual({ localhost: 0, asking: 7 })
  const wrong = await lab.apply({ hosts: vars, words, stdin: 'not it\n' })
  expect(wrong.code).toBe(2)
  expect(summaryOf(wrong).failures).toMatchObject([
    { host: 'asking', status: 'failed', message: expect.stringContaining('wrong password') },
  ])
})

test('too many lost hosts stop the rollout, and who had no turn is told so', async () => {
  const words = ['--limit', 'dead:stranger:full', '-e', 'batch=2', '-e', 'budget=50']
  const ended = await lab.apply({ hosts: vars, words })
  expect(ended.code).toBe(4)
  const reason = expect.stringContaining('max_fail_percentage 50')
  expect(ended.events.filter(({ type }) => type === 'stopped')).toMatchObject([{ reason }])
  expect(ended.events.filter(({ type, host }) => type === 'phase' && host === 'full')).toEqual([])
  expect(
    summaryOf(ended)
      .failures.map(({ host, status }) => [host, status])
      .sort(),
  ).toEqual([
    ['dead', 'unreachable'],
    ['full', 'cancelled'],
    ['stranger', 'unreachable'],
  ])
})
