import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { connect } from '../../src/connection/connect.ts'
import type { Connection, ConnectionSettings } from '../../src/connection/connection.ts'
import { step } from '../connection/steps.ts'
import { type Hostile, held, hostileSshd } from './hostile.ts'

const MIB = 1 << 20
const open: (Connection | { close(): Promise<void> })[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

async function attacked(harm: string, changes?: Partial<ConnectionSettings>): Promise<Connection> {
  return (await attack(harm, changes)).connection
}

async function attack(
  harm: string,
  changes?: Partial<ConnectionSettings>,
): Promise<{ connection: Connection; hostile: Hostile }> {
  const hostile = await hostileSshd(harm, changes)
  open.push({ close: () => hostile.stop() })
  const connection = await connect(hostile.settings)
  open.push(connection)
  return { connection, hostile }
}

/** Waits until so many bytes came. */
async function received(connection: Connection, bytes: number): Promise<void> {
  while (connection.counters.bytesReceived < bytes) await wait(20)
}

/**
 * What is held falls below a bound. What came between two collections counts for a moment although nobody holds it;
 * what is kept only grows, since the host goes on sending.
 */
async function staysBelow(bound: number): Promise<void> {
  await expect.poll(held, { timeout: 10_000, interval: 100 }).toBeLessThan(bound)
}

describe('a host cannot fill the memory', () => {
  test('with tiny packets', async () => {
    const connection = await attacked('tiny-packets')
    const before = await held()
    const request = connection.request(undefined, [step(':')])
    const over = expect(request).rejects.toMatchObject({ reason: 'cancelled' })
    // The smallest packet is longer than 30 bytes.
    await received(connection, 40_000 * 30)
    await staysBelow(before + 6 * MIB)
    await connection.close()
    await over
  })

  test('with the output of many steps, each within its own bound', async () => {
    const connection = await attacked('flood')
    const before = await held()
    const steps = Array.from({ length: 100 }, () => step(':', { contained: true }))
    const request = connection.request(undefined, steps)
    const over = expect(request).rejects.toMatchObject({ reason: 'cancelled' })
    await received(connection, 60 * MIB)
    await staysBelow(before + 44 * MIB)
    await connection.close()
    await over
  })

  test('with compression, which it alone wants', async () => {
    await expect(attacked('bomb')).rejects.toMatchObject({
      reason: 'handshake',
      message: expect.stringContaining('compression'),
    })
  })
})

describe('a host cannot hold up the others', () => {
  const deadlines = { read: 0.3, open: 0.3, push: 0.3 }
  const reading = step(':', { contained: true })

  test.each(['silence', 'deaf'])('%s while something is read', async (harm) => {
    const connection = await attacked(harm, { deadlines })
    await expect(connection.request(undefined, [reading, reading])).rejects.toMatchObject({
      reason: 'timeout',
      started: false,
      hint: expect.stringContaining('muster_read_timeout'),
    })
  })

  test.each(['silence', 'deaf'])('%s while something with a timeout runs', async (harm) => {
    const connection = await attacked(harm, { deadlines, connectTimeout: 1 })
    await expect(connection.request(undefined, [step(':', { timeout: 0.2 })])).rejects.toMatchObject({
      reason: harm === 'deaf' ? 'no-shell' : 'lost',
    })
  })

  test.each(['no-channel', 'no-exec'])('%s for the shell or the file', async (harm) => {
    const connection = await attacked(harm, { deadlines })
    const timeout = {
      reason: 'timeout',
      started: false,
      hint: expect.stringContaining('muster_open_timeout'),
    }
    await expect(connection.request(undefined, [reading])).rejects.toMatchObject(timeout)
    await expect(connection.request(undefined, [reading])).rejects.toMatchObject({ reason: 'lost' })
  })

  test('no room for a file', async () => {
    const connection = await attacked('full', { deadlines })
    async function* read() {
      for (;;) yield Buffer.alloc(MIB)
    }
    const push = connection.push(undefined, { size: 1e9, sha256: '', read }, '/tmp/file')
    await expect(push).rejects.toMatchObject({
      reason: 'timeout',
      hint: expect.stringContaining('muster_push_timeout'),
    })
  })

  test.each([
    ['no-channel', undefined],
    ['no-exec', undefined],
    ['silence', undefined],
    ['deaf', undefined],
    ['full', '/tmp/file'],
  ])('%s does not outlive an abort', async (harm, path) => {
    const { connection, hostile } = await attack(harm, { connectTimeout: 60 })
    const controller = new AbortController()
    async function* read() {
      for (;;) yield Buffer.alloc(MIB)
    }
    const work =
      path === undefined
        ? connection.request(undefined, [step(':')], controller.signal)
        : connection.push(undefined, { size: 1e9, sha256: '', read }, path, controller.signal)
    const over = expect(work).rejects.toMatchObject({ reason: 'cancelled' })
    await hostile.begun
    const began = performance.now()
    controller.abort()
    await over
    await connection.close()
    expect(performance.now() - began).toBeLessThan(13_000)
  })
})
