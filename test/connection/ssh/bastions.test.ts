import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Connection, ConnectionSettings } from '../../../src/connection/connection.ts'
import { Connector } from '../../../src/connection/connector.ts'
import { FaultProxy } from '../../faults/proxy.ts'
import { noSshd, TestSshd } from '../../faults/sshd.ts'
import { step, told } from '../steps.ts'

describe.skipIf(noSshd !== undefined)(`through bastions${noSshd ? ` (${noSshd})` : ''}`, () => {
  let bastion: TestSshd
  let second: TestSshd
  let target: TestSshd
  let proxy: FaultProxy
  let connector: Connector
  const notices: string[] = []
  const open: { close(): Promise<unknown> }[] = []
  beforeAll(async () => {
    ;[bastion, second, target] = await Promise.all([
      TestSshd.start('MaxStartups 1:100:1'),
      TestSshd.start(),
      TestSshd.start(),
    ])
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()))
  })
  afterAll(() => Promise.all([bastion.stop(), second.stop(), target.stop()]))

  async function fresh() {
    notices.length = 0
    proxy = await FaultProxy.start(bastion.port)
    connector = new Connector(undefined, { notice: (text) => notices.push(text), home: target.folder })
    open.push(proxy, connector)
  }
  const hop = (changes: Partial<ConnectionSettings> = {}) =>
    bastion.settings({ name: 'b1', port: proxy.port, ...changes })
  async function connected(settings: ConnectionSettings, signal?: AbortSignal): Promise<Connection> {
    const connection = await connector.connect(settings, signal)
    open.unshift(connection)
    return connection
  }
  const hello = async (connection: Connection) =>
    told((await connection.request(undefined, [step('echo hello')]))[0]).stdout

  test('twenty hosts cost one handshake with the bastion, which takes one at a time', async () => {
    await fresh()
    const all = Array.from({ length: 20 }, (_, index) =>
      connected(target.settings({ name: `web${index}`, jumps: [hop()] })),
    )
    const connections = await Promise.all(all)
    expect(new Set(await Promise.all(connections.map(hello)))).toEqual(new Set(['hello\n']))
    expect(proxy.accepted).toBe(1)
    expect(connector.bastions.handshakes).toBe(1)
    expect(connections[0]?.counters).toMatchObject({ handshakes: 1, channels: 1, requests: 1 })
    expect(connections[0]?.counters.bytesReceived).toBeGreaterThan(500)
    expect(connections[0]?.counters.bytesSent).toBeGreaterThan(500)
  })

  test('a chain of two, each with its own user, key and host key', async () => {
    await fresh()
    const chain = [hop(), second.settings({ name: 'b2' })]
    const connections = await Promise.all([
      connected(target.settings({ jumps: chain })),
      connected(target.settings({ jumps: chain })),
    ])
    for (const connection of connections) expect(await hello(connection)).toBe('hello\n')
    expect(connector.bastions.handshakes).toBe(2)
    expect(proxy.accepted).toBe(1)
  })

  test('the host key is strict at every hop', async () => {
    await fresh()
    const stranger = join(bastion.folder, 'nobody')
    writeFileSync(stranger, '')
    await expect(
      connected(target.settings({ jumps: [hop({ knownHostsFiles: [stranger] })] })),
    ).rejects.toMatchObject({
      reason: 'host-key-unknown',
      message: expect.stringContaining('bastion b1'),
    })
    await expect(
      connected(target.settings({ jumps: [hop()], knownHostsFiles: [stranger] })),
    ).rejects.toMatchObject({ reason: 'host-key-unknown', message: expect.stringContaining('web1') })
  })

  test('a lost bastion is told once, and every host behind it says so', async () => {
    await fresh()
    const names = ['web1', 'web2', 'web3']
    const connections = await Promise.all(
      names.map((name) => connected(target.settings({ name, jumps: [hop()] }))),
    )
    await Promise.all(connections.map(hello))
    const requests = connections.map((connection) => connection.request(undefined, [step('sleep 600')]))
    const lost = Promise.all(
      requests.map((request) =>
        expect(request).rejects.toMatchObject({
          reason: 'lost',
          started: true,
          message: expect.stringMatching(/bastion b1 \(127\.0\.0\.1:\d+\) was lost/),
        }),
      ),
    )
    await wait(100)
    proxy.reset()
    await lost
    expect(notices).toEqual([
      expect.stringMatching(/bastion b1 .* was lost: .*; 3 hosts were reached through it/),
    ])
    // A new connection to it is made once for all that come back.
    const again = await Promise.all(names.map((name) => connected(target.settings({ name, jumps: [hop()] }))))
    await Promise.all(again.map(hello))
    expect(proxy.accepted).toBe(2)
  })

  test('a dead bastion is asked once, and all hosts behind it are told the same', async () => {
    await fresh()
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    let asked = 0
    server.on('connection', (socket) => {
      asked += 1
      socket.on('error', () => {})
      socket.end('no ssh here\n')
    })
    server.close()
    await once(server, 'close')
    const errors = await Promise.all(
      ['web1', 'web2', 'web3'].map((name) =>
        connected(target.settings({ name, jumps: [hop({ port })] })).catch((error) => error.message),
      ),
    )
    expect(new Set(errors)).toEqual(new Set([`bastion b1 (127.0.0.1:${port}): nothing listens there`]))
    expect(asked).toBe(0)
  })

  test('a bastion that drops handshakes is tried again, by one for all', async () => {
    await fresh()
    proxy.dropNext(2)
    const connections = await Promise.all(
      ['web1', 'web2'].map((name) => connected(target.settings({ name, jumps: [hop()] }))),
    )
    await Promise.all(connections.map(hello))
    expect(proxy.accepted).toBe(3)
  })

  test('a host that is not to be reached from the bastion is told as such', async () => {
    await fresh()
    await expect(connected(target.settings({ port: 1, jumps: [hop()] }))).rejects.toMatchObject({
      reason: 'refused',
      message: expect.stringMatching(/web1 .*: not reached from bastion b1 .*: Connection refused/),
    })
    const closed = await TestSshd.start('AllowTcpForwarding no')
    try {
      await expect(
        connected(target.settings({ jumps: [closed.settings({ name: 'b9' })] })),
      ).rejects.toMatchObject({
        reason: 'refused',
        hint: expect.stringContaining('AllowTcpForwarding'),
      })
    } finally {
      await connector.close()
      await closed.stop()
    }
  })

  test('a host that closes its connection behind a bastion is noticed at once', async () => {
    await fresh()
    const behind = await FaultProxy.start(target.port)
    open.push(behind)
    const port = behind.port
    const connection = await connected(target.settings({ port, jumps: [hop()] }))
    await hello(connection)
    const lost = expect(connection.request(undefined, [step('sleep 600')])).rejects.toMatchObject({
      reason: 'lost',
      message: expect.not.stringContaining('bastion'),
    })
    await wait(100)
    behind.finish()
    await lost
  })

  test('an abort is not held up by a bastion that does not answer', async () => {
    await fresh()
    proxy.stall()
    const controller = new AbortController()
    const attempt = connected(target.settings({ jumps: [hop()] }), controller.signal)
    const cancelled = expect(attempt).rejects.toMatchObject({ reason: 'cancelled' })
    while (proxy.accepted === 0) await wait(5)
    controller.abort()
    await cancelled
    proxy.blackHole()
    proxy.resume()
  })

  test('the bastion is left when nobody is behind it any more', async () => {
    await fresh()
    const connection = await connected(target.settings({ jumps: [hop()] }))
    await hello(connection)
    await connection.close()
    while (proxy.open > 0) await wait(20)
    expect(notices).toEqual([])
  })

  test('a ProxyCommand leads to the host, and says why it did not', async () => {
    await fresh()
    const program = `${process.execPath} -e 'const s = require("net").connect(${target.port}, "127.0.0.1"); process.stdin.pipe(s).pipe(process.stdout)'`
    const connection = await connected(target.settings({ proxyCommand: program }))
    expect(await hello(connection)).toBe('hello\n')
    expect(connection.counters.bytesReceived).toBeGreaterThan(500)
    await expect(
      connected(target.settings({ proxyCommand: 'sh -c "echo no way >&2; exit 1"' })),
    ).rejects.toMatchObject({
      reason: 'handshake',
      message: expect.stringContaining('the ProxyCommand said: no way'),
    })
  })
})
