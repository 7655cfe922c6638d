import { once } from 'node:events'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ConnectOptions, connect } from '../../src/connection/connect.ts'
import type { Connection, ConnectionSettings } from '../../src/connection/connection.ts'
import { PrivateKeys } from '../../src/connection/keys/private-keys.ts'
import { quote } from '../../src/shell/quote.ts'
import { FaultProxy } from '../faults/proxy.ts'
import { noSshd, TestSshd } from '../faults/sshd.ts'
import { closedByAll, gone, pidIn } from './processes.ts'
import { step, told } from './steps.ts'

describe.skipIf(noSshd !== undefined)(`connections that break${noSshd ? ` (${noSshd})` : ''}`, () => {
  let sshd: TestSshd
  let proxy: FaultProxy
  let number = 0
  const open: Connection[] = []
  beforeAll(async () => {
    sshd = await TestSshd.start()
  })
  beforeEach(async () => {
    number += 1
    proxy = await FaultProxy.start(sshd.port)
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((connection) => connection.close()))
    await proxy.close()
  })
  afterAll(() => sshd.stop())

  const settings = (changes: Partial<ConnectionSettings> = {}) =>
    sshd.settings({ port: proxy.port, ...changes })
  async function connected(options: ConnectOptions = {}): Promise<Connection> {
    const connection = await connect(settings(), {
      privateKeys: new PrivateKeys(undefined, sshd.folder),
      ...options,
    })
    open.push(connection)
    return connection
  }
  const file = (name: string) => join(sshd.folder, `${name}-${number}`)

  /** A step that says when it runs, and does not end. */
  const endless = (path: string) => step(`echo begun; sh -c 'echo $$ >${quote(path)}; exec sleep 600'`)

  for (const [how, harm, why] of [
    ['reset', () => proxy.reset(), /connection reset/],
    ['closed', () => proxy.finish(), /the host closed the connection/],
  ] as const) {
    test(`${how} while a step runs: lost, and it may have been done`, async () => {
      const connection = await connected()
      const request = connection.request(undefined, [endless(file('pid'))])
      const lost = expect(request).rejects.toMatchObject({
        reason: 'lost',
        started: true,
        message: expect.stringMatching(why),
      })
      const pid = await pidIn(file('pid'))
      harm()
      await lost
      process.kill(pid)
    })

    test(`${how} while a file is sent: lost`, async () => {
      const connection = await connected()
      async function* read() {
        yield Buffer.alloc(100_000)
        harm()
        for (;;) yield Buffer.alloc(100_000)
      }
      const push = connection.push(undefined, { size: 1e9, sha256: '', read }, file('pushed'))
      await expect(push).rejects.toMatchObject({ reason: 'lost', started: true })
    })
  }

  test('a connection that was lost stays lost, and says why', async () => {
    const connection = await connected()
    await connection.request(undefined, [step(':')])
    proxy.reset()
    await expect(connection.request(undefined, [step(':')])).rejects.toMatchObject({ reason: 'lost' })
    await expect(connection.request(undefined, [step(':')])).rejects.toMatchObject({
      reason: 'lost',
      started: false,
    })
    await connection.close()
  })

  test('a black hole is noticed by keepalive', async () => {
    const connection = await connected({ keepalive: { interval: 0.1, count: 2 } })
    const request = connection.request(undefined, [endless(file('pid'))])
    const lost = expect(request).rejects.toMatchObject({
      reason: 'lost',
      started: true,
      message: expect.stringMatching(/no answer for 0\.3/),
    })
    const pid = await pidIn(file('pid'))
    proxy.blackHole()
    await lost
    process.kill(pid)
  })

  test('a stall that ends does no harm', async () => {
    const connection = await connected()
    proxy.stall()
    const request = connection.request(undefined, [step('echo patience')])
    await new Promise((resolve) => setImmediate(resolve))
    proxy.resume()
    expect(told((await request)[0]).stdout).toBe('patience\n')
  })

  test('a handshake that gets no answer times out', async () => {
    proxy.blackHole()
    const attempt = connect(settings({ connectTimeout: 1 }), {
      privateKeys: new PrivateKeys(undefined, sshd.folder),
    })
    await expect(attempt).rejects.toMatchObject({ reason: 'timeout', started: false })
  })

  test('handshakes that are dropped are tried again', async () => {
    proxy.dropNext(3)
    const connection = await connected({ firstWait: 0.01 })
    expect(proxy.accepted).toBe(4)
    expect(connection.counters.handshakes).toBe(1)
    expect(told((await connection.request(undefined, [step('echo in')]))[0]).stdout).toBe('in\n')
  })

  test('but not for ever', async () => {
    proxy.dropNext(100)
    await expect(connected({ firstWait: 0.001 })).rejects.toMatchObject({
      reason: 'handshake',
      hint: expect.stringContaining('MaxStartups'),
    })
    expect(proxy.accepted).toBe(6)
  })

  test('a cancelled attempt ends at once, in every phase', async () => {
    for (const hinder of [() => proxy.stall(), () => proxy.dropNext(100)]) {
      hinder()
      const controller = new AbortController()
      const attempt = connected({ signal: controller.signal, firstWait: 100 })
      const cancelled = expect(attempt).rejects.toMatchObject({ reason: 'cancelled', started: false })
      const accepted = proxy.accepted
      while (proxy.accepted === accepted) await wait(5)
      controller.abort()
      await cancelled
      proxy.resume()
    }
  })

  test('nothing listening, and no such name, are told apart', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    server.close()
    await once(server, 'close')
    await expect(connect(settings({ port }))).rejects.toMatchObject({ reason: 'refused' })
    await expect(connect(settings({ host: 'no-such-host.invalid' }))).rejects.toMatchObject({
      reason: 'resolve',
    })
  })

  test('something else that listens is no SSH server', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const attempt = connect(settings({ port }), { firstWait: 0.001 })
    await expect(attempt).rejects.toMatchObject({
      reason: 'handshake',
      hint: expect.stringMatching(/SSH server/),
    })
    server.close()
  })

  test('a step that takes too long is killed on the host', async () => {
    const connection = await connected()
    const [slow, next] = await connection.request(undefined, [
      { ...endless(file('pid')), timeout: 0.3 },
      step('echo next'),
    ])
    expect(slow).toMatchObject({ rc: null, timedOut: true })
    expect(slow?.stdout.toString()).toBe('begun\n')
    expect(told(next).stdout).toBe('next\n')
    await gone(await pidIn(file('pid')))
    expect(connection.counters.requests).toBe(1)
  })

  test('an abort kills what runs on the host, and what was to come never runs', async () => {
    const connection = await connected()
    const controller = new AbortController()
    const steps = [endless(file('pid')), step(`: >${quote(file('never'))}`)]
    const request = connection.request(undefined, steps, controller.signal)
    const cancelled = expect(request).rejects.toMatchObject({ reason: 'cancelled', started: true })
    const pid = await pidIn(file('pid'))
    controller.abort()
    await cancelled
    await gone(pid)
    expect(existsSync(file('never'))).toBe(false)
    expect(told((await connection.request(undefined, [step('echo again')]))[0]).stdout).toBe('again\n')
  })

  test('closing kills what runs on the host', async () => {
    const connection = await connected()
    const request = connection.request(undefined, [endless(file('pid'))])
    const cancelled = expect(request).rejects.toMatchObject({ reason: 'cancelled', started: true })
    const pid = await pidIn(file('pid'))
    await connection.close()
    await cancelled
    await gone(pid)
  })

  test('closing a connection into a black hole ends all the same', async () => {
    const connection = await connected()
    const request = connection.request(undefined, [endless(file('pid'))])
    const cancelled = expect(request).rejects.toMatchObject({ reason: 'cancelled' })
    const pid = await pidIn(file('pid'))
    proxy.blackHole()
    await connection.close()
    await cancelled
    process.kill(pid)
  })

  test('an aborted push leaves no writer behind', async () => {
    const connection = await connected()
    const controller = new AbortController()
    async function* read() {
      yield Buffer.alloc(1000)
      while (statSync(file('target')).size === 0) await wait(10)
      controller.abort()
      for (;;) yield Buffer.alloc(100_000)
    }
    writeFileSync(file('target'), '')
    const push = connection.push(
      undefined,
      { size: 1e9, sha256: '', read },
      file('target'),
      controller.signal,
    )
    await expect(push).rejects.toMatchObject({ reason: 'cancelled' })
    await closedByAll(file('target'))
  })
})
