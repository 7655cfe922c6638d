import { expect, test } from 'vitest'
import { ChannelQueue } from '../../src/connection/channel-queue.ts'
import type { HostProcess, ProcessEnd } from '../../src/connection/host-process.ts'

/** A queue, and processes that go on until they are ended. */
function queued() {
  const queue = new ChannelQueue('host1')
  const running: PromiseWithResolvers<ProcessEnd>[] = []
  const start = async () => {
    const end = Promise.withResolvers<ProcessEnd>()
    running.push(end)
    return { ended: end.promise } as HostProcess
  }
  return { queue, running, start }
}

test('the sixth process waits for the end of one, and an urgent one for nothing', async () => {
  const { queue, running, start } = queued()
  await Promise.all(Array.from({ length: 5 }, () => queue.open({}, start)))
  const sixth = queue.open({}, start)
  await queue.open({ urgent: true }, start)
  expect(running).toHaveLength(6)
  running[0]?.resolve({ code: 0, signal: null })
  await sixth
  expect(running).toHaveLength(7)
})

test('who is aborted in the queue, or before, is told so and starts nothing', async () => {
  const { queue, running, start } = queued()
  await Promise.all(Array.from({ length: 5 }, () => queue.open({}, start)))
  const abort = new AbortController()
  const sixth = queue.open({ signal: abort.signal }, start)
  abort.abort()
  await expect(sixth).rejects.toMatchObject({ reason: 'cancelled' })
  await expect(queue.open({ signal: abort.signal }, start)).rejects.toMatchObject({ reason: 'cancelled' })
  for (const end of running) end.resolve({ code: 0, signal: null })
  await queue.open({}, start)
  expect(running).toHaveLength(6)
})
