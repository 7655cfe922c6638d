import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ended, RunningMuster } from '../muster.ts'

// The real program, really killed: again and again, at random points, over six hosts, until it comes to its end.

/** A few in CI; `npm run faults` asks for a hundred. */
const KILLS = Number(process.env['MUSTER_KILLS'] ?? 5)
const HOSTS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6']
const TASKS = 6

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-kills-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const step = (at: number) => {
  const done = `${folder}/{{ round }}-{{ inventory_hostname }}.${at}`
  const log = `${folder}/{{ round }}-{{ inventory_hostname }}.log`
  return {
    name: `step ${at}`,
    shell: `echo ${at} >> ${log}; touch ${done}`,
    args: { creates: done },
    notify: 'handled',
  }
}

test(`killed ${KILLS} times at random points and resumed, every step was done once, in order, on every host`, async () => {
  const environment = { XDG_STATE_HOME: join(folder, 'state') }
  const muster = (...words: string[]) => new RunningMuster([...words, '--json'], { environment, cwd: folder })
  const tasks = Array.from({ length: TASKS }, (_, at) => step(at))
  const handlers = [
    {
      name: 'handled',
      copy: { dest: `${folder}/{{ round }}-{{ inventory_hostname }}.handled`, content: 'x' },
    },
  ]
  const play = { hosts: 'all', gather_facts: false, serial: 3, tasks, handlers }
  await writeFile(join(folder, 'play.yaml'), JSON.stringify([play]))
  let kills = 0
  let resumed = 0
  for (let round = 1; kills < KILLS; round += 1) {
    const words = ['play.yaml', '-i', HOSTS.join(','), '-c', 'local', '-e', `round=${round}`]
    let run = muster('apply', ...words)
    let ended: Ended | undefined
    while (ended === undefined) {
      // Anywhere from before its first event to behind its last one.
      const at = kills < KILLS ? Math.floor(Math.random() * 90) : Number.POSITIVE_INFINITY
      let count = 0
      const seen = run.until(({ type }) => type === 'run-ended' || count++ >= at)
      const { type } = await seen
      if (type !== 'run-ended') {
        run.kill('SIGKILL')
        kills += 1
        await run.ended
        run = muster('resume')
        resumed += 1
      } else ended = await run.ended
    }
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    for (const host of HOSTS) {
      const log = await readFile(join(folder, `${round}-${host}.log`), 'utf8')
      expect(log).toBe(tasks.map((_, at) => `${at}\n`).join(''))
      expect(await readFile(join(folder, `${round}-${host}.handled`), 'utf8')).toBe('x')
    }
  }
  expect(resumed).toBe(kills)
}, 600_000)
