import { afterEach, expect, test, vi } from 'vitest'
import { BatchProgress } from '../../src/report/batch-progress.ts'
import { withHeartbeat } from '../../src/report/heartbeat.ts'
import type { RunEvent } from '../../src/run/record/events.ts'

const batch: RunEvent & { type: 'batch-started' } = {
  type: 'batch-started',
  play: 'collectors',
  batch: 2,
  batches: 3,
  hosts: ['web01', 'web02', 'web03', 'db'],
}
const phase = (host: string, at: 'look' | 'converge' | 'done', what?: string): RunEvent => ({
  type: 'phase',
  host,
  phase: at,
  ...(what === undefined ? {} : { what }),
})
const ended: RunEvent = {
  type: 'run-ended',
  run: 'r',
  check: false,
  recap: new Map(),
  failures: [],
  exitCode: 0,
  interrupted: false,
  cost: { handshakes: 0, channels: 0, requests: 0, bytesSent: 0, bytesReceived: 0 },
  seconds: 1,
  journal: undefined,
}
const started: RunEvent = {
  type: 'run-started',
  run: 'r',
  playbook: 'p',
  mode: 'apply',
  check: false,
  hosts: 4,
}

afterEach(() => {
  vi.useRealTimers()
})

test('hosts at the same step stand together, who waits longest first', () => {
  let now = 0
  const progress = new BatchProgress(batch, () => now)
  now = 5_000
  for (const host of ['web01', 'web02']) progress.see(phase(host, 'converge', "agent's package\u001b[2J"))
  progress.see(phase('db', 'done'))
  now = 12_900
  expect(progress.summary()).toBe(
    "collectors (batch 2 of 3): 1 of 4 hosts done, 0 changed, 0 failed; web03  connect  12 s; web[01-02]  agent's package\\x1b[2J  7 s",
  )
})

test('it beats while a batch runs, and on SIGUSR1; a run that ended leaves nothing behind', () => {
  vi.useFakeTimers()
  const listeners = process.listenerCount('SIGUSR1')
  const said: string[] = []
  const told: string[] = []
  const listen = withHeartbeat(
    (event) => told.push(event.type),
    (line) => said.push(line),
  )
  listen(started)
  vi.advanceTimersByTime(31_000)
  expect(said).toEqual([])
  listen(batch)
  listen(phase('db', 'done'))
  vi.advanceTimersByTime(31_000)
  expect(said).toEqual([expect.stringMatching(/^still running: collectors .*: 1 of 4 hosts done/)])
  process.emit('SIGUSR1')
  expect(said).toHaveLength(2)
  listen(ended)
  expect(process.listenerCount('SIGUSR1')).toBe(listeners)
  vi.advanceTimersByTime(120_000)
  expect(said).toHaveLength(2)
  expect(told).toEqual(['run-started', 'batch-started', 'phase', 'run-ended'])
})
