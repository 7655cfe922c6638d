import { expect, test } from 'vitest'
import { liveReport } from '../../src/report/live.ts'
import type { RunEvent } from '../../src/run/record/events.ts'

const batch = (play: string): RunEvent[] => [
  { type: 'batch-started', play, batch: 1, batches: 1, hosts: ['web01'] },
  { type: 'phase', host: 'web01', phase: 'look' },
  {
    type: 'task',
    play,
    host: 'web01',
    task: `copy in ${play}`,
    module: 'copy',
    handler: false,
    status: 'failed',
    message: 'no space left',
    hint: undefined,
    diff: [],
    result: new Map(),
    seconds: 0,
  },
  { type: 'batch-ended', play, batch: 1, failed: ['web01'] },
]

test('what failed stands below the rows of its batch, in order, and the recap last', async () => {
  const written: string[] = []
  const ended = Promise.withResolvers<void>()
  const listen = liveReport(
    (text) => {
      written.push(text)
      if (text.includes('RECAP')) ended.resolve()
    },
    { verbosity: 0, diff: false },
  )
  for (const event of [...batch('one'), ...batch('two')]) listen(event)
  listen({
    type: 'run-ended',
    run: 'r',
    check: false,
    recap: new Map(),
    failures: [],
    exitCode: 2,
    interrupted: false,
    cost: { handshakes: 0, channels: 0, requests: 0, bytesSent: 0, bytesReceived: 0 },
    seconds: 0,
    journal: undefined,
  })
  await ended.promise
  const text = written.join('')
  expect(text.indexOf('copy in one')).toBeGreaterThanOrEqual(0)
  expect(text.indexOf('copy in two')).toBeGreaterThan(text.indexOf('copy in one'))
  expect(text.indexOf('RECAP')).toBeGreaterThan(text.indexOf('copy in two'))
})
