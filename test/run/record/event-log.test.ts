import { appendFile, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EventLog, readEvents } from '../../../src/run/record/event-log.ts'
import type { RunEvent } from '../../../src/run/record/events.ts'
import { Secret } from '../../../src/values/secret.ts'

const RUN = '20261124T153055-d953e1a2'
let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-events-'))
  file = join(folder, 'runs', RUN, 'events.jsonl')
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const task = (more: Partial<RunEvent & { type: 'task' }>): RunEvent => ({
  type: 'task',
  play: 'p',
  host: 'web01',
  task: 't',
  module: 'copy',
  handler: false,
  status: 'changed',
  message: undefined,
  hint: undefined,
  diff: [],
  result: new Map([['content', 'a whole file']]),
  seconds: 1,
  ...more,
})

test('events are read back as they were told, without results and phases; a torn last line is passed over', async () => {
  await mkdir(join(folder, 'runs', RUN), { recursive: true })
  const log = new EventLog(folder, RUN, (error) => expect.unreachable(error.message))
  const counts = { ok: 1, changed: 1, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 }
  log.write({ type: 'warning', message: 'w' })
  log.write({ type: 'phase', host: 'web01', phase: 'look' })
  log.write(task({ diff: [{ before: new Secret('s3cret-before'), after: `x${'y'.repeat(100_000)}` }] }))
  log.write({
    type: 'run-ended',
    run: RUN,
    check: false,
    recap: new Map([['web01', counts]]),
    failures: [],
    exitCode: 0,
    interrupted: false,
    cost: { handshakes: 0, channels: 0, requests: 0, bytesSent: 0, bytesReceived: 0 },
    seconds: 1,
    journal: undefined,
  })
  await log.close()
  await appendFile(file, '{"at":"2026-11-24T15:30:55.000Z","type":"warn')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const text = await readFile(file, 'utf8')
  expect(text).not.toContain('s3cret-before')
  expect(text).not.toContain('a whole file')
  expect(text.length).toBeLessThan(20_000)
  const events = (await readEvents(folder, RUN))!
  expect(events.map(({ type }) => type)).toEqual(['warning', 'task', 'run-ended'])
  expect(events[0]!.at).toBeInstanceOf(Date)
  expect(events[2]).toMatchObject({ recap: new Map([['web01', counts]]) })
  expect(await readEvents(folder, RUN, ['warning'])).toHaveLength(1)
})

test('a run without a record has none; a folder that cannot be written is told once and costs nothing else', async () => {
  expect(await readEvents(folder, RUN)).toBeUndefined()
  const told: string[] = []
  const log = new EventLog(folder, RUN, (error) => told.push(error.message))
  await expect.poll(() => told).toHaveLength(1)
  log.write(task({}))
  await log.close()
  expect(told).toEqual([expect.stringContaining('ENOENT')])
})
