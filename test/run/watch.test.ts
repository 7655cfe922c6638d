import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noSshd, TestSshd } from '../faults/sshd.ts'
import { RunningMuster } from './muster.ts'

// Nothing keeps running that nobody watches: whatever ends muster, what it started on a host ends.

let folder: string
let sshd: TestSshd | undefined
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-watch-'))
  if (noSshd === undefined) sshd = await TestSshd.start()
})
afterAll(async () => {
  await sshd?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Arguments of the processes of this machine whose command line has a word. */
async function processesWith(word: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (line.split('\0').includes(word)) found.push(line)
  }
  return found
}

const roads = [
  ['its own shells', () => ['-c', 'local', '-i', 'h1,']],
  [
    'ssh',
    () => {
      const inventory = join(folder, 'hosts.yaml')
      return ['-i', inventory, '--private-key', join(sshd?.folder ?? '', 'user_key')]
    },
  ],
] as const

for (const [road, words] of roads)
  test.skipIf(road === 'ssh' && noSshd !== undefined)(
    `over ${road}: kill -9 ends the step on the host, and not what an earlier one left there; Ctrl-C does so at once`,
    async () => {
      const mark = (name: string) => `4711.${road.length}${name}`
      const [daemon, slow, child] = [mark('1'), mark('2'), mark('3')]
      await writeFile(
        join(folder, 'hosts.yaml'),
        JSON.stringify({
          all: {
            hosts: {
              h1: {
                ansible_host: '127.0.0.1',
                ansible_port: sshd?.port,
                ansible_user: userInfo().username,
                ansible_host_key_checking: false,
              },
            },
          },
        }),
      )
      await writeFile(
        join(folder, 'play.yaml'),
        JSON.stringify([
          {
            hosts: 'all',
            gather_facts: false,
            tasks: [
              { name: 'left on purpose', shell: `nohup sleep ${daemon} >/dev/null 2>&1 &` },
              // One in the background, and one that does not care to be asked.
              { name: 'slow', shell: `sleep ${child} & trap '' TERM; sleep ${slow}; wait` },
            ],
          },
        ]),
      )
      const start = async () => {
        const environment = { XDG_STATE_HOME: join(folder, `state-${road}`), HOME: folder }
        const run = new RunningMuster(['apply', join(folder, 'play.yaml'), ...words()], { environment })
        await expect.poll(() => processesWith(slow), { timeout: 20_000 }).toHaveLength(1)
        return run
      }
      try {
        for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
          const run = await start()
          expect(await processesWith(child)).toHaveLength(1)
          run.kill(signal)
          await run.ended
          const left = async () => [...(await processesWith(slow)), ...(await processesWith(child))]
          // The host learns of the loss; what muster ends itself has ended when it does.
          if (signal === 'SIGKILL') await expect.poll(left, { timeout: 20_000 }).toEqual([])
          else expect(await left()).toEqual([])
        }
        expect((await processesWith(daemon)).length).toBeGreaterThan(0)
      } finally {
        for (const pid of await readdir('/proc')) {
          const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
          if (/^\d+$/.test(pid) && line === `sleep\0${daemon}\0`) process.kill(Number(pid), 'SIGKILL')
        }
      }
    },
    90_000,
  )
