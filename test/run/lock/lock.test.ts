import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { alone, EXPIRY, findLocks, writeLock } from '../../../src/run/lock/lock-folder.ts'
import { type LockWish, takeLock } from '../../../src/run/lock/rollout-lock.ts'
import { InputError } from '../../../src/values/problem.ts'
import { RunningMuster } from '../muster.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const never = new AbortController().signal
const wish = (run: string, hosts: readonly string[], more: Partial<LockWish> = {}): LockWish => ({
  ...{ run, playbook: 'site.yaml', hosts, wait: 0 },
  ...more,
})
const take = (wanted: LockWish, told: string[] = []) =>
  takeLock(folder, wanted, never, (message) => told.push(message))
const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  if (!(error instanceof InputError)) throw new Error('not refused', { cause: error })
  return error.problems[0]!
}

test('two runs share no host and no account; who is in the way is told, and who comes later can wait', async () => {
  const first = await take(wish('r1', ['web01', 'web02'], { reason: 'kernel\u001b[2J', account: '1' }))
  const { message, hint } = await refusal(take(wish('r2', ['db', 'web02', 'web01'])))
  expect(message).toMatch(
    /run r1 of site\.yaml by \S+ on \S+ since 20\S+ \(kernel\\x1b\[2J\), which works on web02 and 1 more/,
  )
  expect(hint).toContain('muster unlock r1')
  expect((await refusal(take(wish('r3', ['db'], { account: '1' })))).message).toContain('locked account 1')
  await (await take(wish('r4', ['db'], { account: '2' }))).release()

  const told: string[] = []
  const waiting = take(wish('r5', ['web01'], { wait: 60 }), told)
  await expect.poll(() => told).toMatchObject([expect.stringContaining('waiting for run r1')])
  await first.release()
  await (await waiting).release()
  expect(await findLocks(folder)).toEqual([])
})

test('of many who come at once one gets it', async () => {
  const taken = await Promise.allSettled(
    Array.from({ length: 12 }, (_, at) => take(wish(`r${at}`, ['web01', `own${at}`]))),
  )
  expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await findLocks(folder)).toHaveLength(1)
})

test('a lock is stale when its process is gone, or another machine gave no sign of life for long', async () => {
  const record = { run: 'old', playbook: 'p', by: 'a', from: 'another', since: 'x', hosts: ['web01'], pid: 1 }
  const file = await writeLock(folder, { ...record, started: 'boot/1' })
  expect((await refusal(take(wish('r1', ['web01'])))).message).toContain('on another')
  const before = new Date(Date.now() - (EXPIRY + 5) * 1000)
  await utimes(file, before, before)
  const held = await take(wish('r1', ['web01']))
  expect(held.stale.map(({ run }) => run)).toEqual(['old'])
  await held.release()
})

test('a mutex that a killed process left does not stop anybody', async () => {
  await writeFile(join(folder, '.mutex'), JSON.stringify({ from: 'another', pid: 1, started: null }))
  const before = new Date(Date.now() - 60_000)
  await utimes(join(folder, '.mutex'), before, before)
  expect(await alone(folder, async () => 'done')).toBe('done')
  expect(await readdir(folder)).toEqual([])
})

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'muster-lock-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

test('a second rollout on the same host is refused; a killed one is passed over; muster unlock wants a reason', async () => {
  const environment = { XDG_STATE_HOME: join(home, 'state') }
  const muster = (...words: string[]) => new RunningMuster(words, { environment, cwd: home })
  const wait = `until test -e ${home}/go; do sleep 0.1; done`
  await writeFile(join(home, 'hosts.yaml'), 'web: { hosts: { web01: {}, web02: {} } }\n')
  await writeFile(
    join(home, 'play.yaml'),
    JSON.stringify([{ hosts: 'all', gather_facts: false, tasks: [{ name: 'waits', shell: wait }] }]),
  )
  const words = ['play.yaml', '-i', 'hosts.yaml', '-c', 'local', '--json', '--limit']
  const first = muster('apply', ...words, 'web01', '--lock', 'web', '--reason', 'new kernel')
  await first.until(({ type, phase }) => type === 'phase' && phase === 'converge')
  const second = await muster('apply', ...words, 'web02').ended
  expect([second.code, second.stderr]).toEqual([1, expect.stringMatching(/by \S+ on \S+ since .*new kernel/)])
  expect((await muster('unlock').ended).stdout).toMatch(/^run \S+ of .*play\.yaml .*: 2 hosts\n$/)
  first.kill('SIGKILL')
  await first.ended
  await writeFile(join(home, 'go'), '')
  const third = await muster('apply', ...words, 'web02').ended
  expect(third.code).toBe(0)
  expect(third.events).toContainEqual(
    expect.objectContaining({ type: 'warning', message: expect.stringContaining('left behind') }),
  )
  expect((await muster('unlock').ended).stdout).toBe('nothing is locked\n')

  const locks = join(home, 'state/muster/locks')
  const record = { run: 'r9', playbook: 'p', by: 'a', from: 'another', since: 'x', hosts: ['h'], pid: 1 }
  await writeLock(locks, { ...record, started: null })
  expect((await muster('unlock', 'r9').ended).code).toBe(1)
  const unlocked = await muster('unlock', 'r9', '--reason', 'the bastion is gone').ended
  expect([unlocked.code, unlocked.stdout]).toEqual([0, expect.stringContaining('taken away: run r9')])
  expect(await readFile(join(locks, 'unlocked.jsonl'), 'utf8')).toContain('the bastion is gone')
  expect(await findLocks(locks)).toEqual([])
}, 60_000)
