import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ConnectOptions, connect } from '../../src/connection/connect.ts'
import type { Connection, ConnectionError, ConnectionSettings } from '../../src/connection/connection.ts'
import { Connector } from '../../src/connection/connector.ts'
import { PrivateKeys } from '../../src/connection/keys/private-keys.ts'
import { Secret } from '../../src/values/secret.ts'
import { FaultProxy } from '../faults/proxy.ts'
import { noSshd, TestSshd } from '../faults/sshd.ts'
import { step, told } from './steps.ts'

describe.skipIf(noSshd !== undefined)(`connecting to a real sshd${noSshd ? ` (${noSshd})` : ''}`, () => {
  let sshd: TestSshd
  const open: Connection[] = []
  beforeAll(async () => {
    sshd = await TestSshd.start()
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((connection) => connection.close()))
  })
  afterAll(() => sshd.stop())

  async function connected(settings: ConnectionSettings, options?: ConnectOptions): Promise<Connection> {
    const connection = await connect(settings, {
      privateKeys: new PrivateKeys(undefined, sshd.folder),
      ...options,
    })
    open.push(connection)
    return connection
  }
  async function refused(settings: ConnectionSettings, options?: ConnectOptions): Promise<ConnectionError> {
    return connected(settings, options).then(
      () => expect.unreachable('the host let muster in'),
      (error) => error,
    )
  }
  const hello = async (connection: Connection) =>
    told((await connection.request(undefined, [step('echo hello')]))[0])

  test('any number of steps is one handshake, one channel and one request', async () => {
    const connection = await connected(sshd.settings())
    const steps = Array.from({ length: 12 }, (_, index) =>
      step(`echo ${index}`, { contained: index % 2 === 0 }),
    )
    const outputs = await connection.request(undefined, steps)
    expect(outputs.map((output) => told(output).stdout)).toEqual(steps.map((_, index) => `${index}\n`))
    expect(connection.counters).toMatchObject({ handshakes: 1, channels: 1, requests: 1 })
    expect(connection.counters.bytesSent).toBeGreaterThan(1000)
    expect(connection.counters.bytesReceived).toBeGreaterThan(1000)
  })

  test('a first request costs at most 9 round trips, each further one 1, and a pushed file 3', async () => {
    const proxy = await FaultProxy.start(sshd.port)
    proxy.delay = 50
    try {
      const connection = await connected(sshd.settings({ port: proxy.port }))
      const cost = async (work: Promise<unknown>) => {
        const before = proxy.roundTrips
        await work
        return proxy.roundTrips - before
      }
      await connection.request(undefined, [step('echo first')])
      expect(proxy.roundTrips).toBeLessThanOrEqual(9)
      const steps = Array.from({ length: 20 }, (_, index) => step('echo', { contained: index % 2 === 0 }))
      expect(await cost(connection.request(undefined, steps))).toBe(1)
      expect(await cost(connection.request(undefined, [step(`: ${'x'.repeat(300_000)}`)]))).toBe(1)
      async function* read() {
        yield Buffer.alloc(1000)
      }
      const source = { size: 1000, sha256: '', read }
      expect(await cost(connection.push(undefined, source, join(sshd.folder, 'far')))).toBeLessThanOrEqual(3)
    } finally {
      await proxy.close()
    }
  })

  test('300 kB of UTF-8 come back unharmed', async () => {
    const text = 'Grüße, 世界, 🚀\n'.repeat(12_000)
    const connection = await connected(sshd.settings())
    const [output] = await connection.request(undefined, [step('cat', { stdin: text })])
    expect(output?.stdout.toString()).toBe(text)
  })

  test('a push streams 20 MB to a file', async () => {
    const connection = await connected(sshd.settings())
    const block = Buffer.alloc(1 << 20, 'block')
    async function* read() {
      for (let index = 0; index < 20; index += 1) yield block
    }
    const path = join(sshd.folder, 'pushed')
    const source = { size: 20 * block.length, sha256: '', read }
    expect(await connection.push(undefined, source, path)).toMatchObject({ rc: 0 })
    expect(readFileSync(path).equals(Buffer.concat(Array(20).fill(block)))).toBe(true)
  })

  test('more requests and pushes at once than the host allows sessions all succeed', async () => {
    const narrow = await TestSshd.start('MaxSessions 2')
    try {
      const connection = await connected(narrow.settings())
      async function* read() {
        yield Buffer.from('content')
      }
      const source = { size: 7, sha256: '', read }
      const outputs = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          connection.push(undefined, source, join(narrow.folder, `file${index}`)),
        ),
      )
      expect(outputs.map(({ rc }) => rc)).toEqual([0, 0, 0, 0, 0, 0])
    } finally {
      await narrow.stop()
    }
  })

  test('new keys are agreed on in the middle of a transfer', async () => {
    const strict = await TestSshd.start('RekeyLimit 1M')
    try {
      const connection = await connected(strict.settings())
      const bytes = randomBytes(5 << 20)
      async function* read() {
        for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
      }
      const path = join(strict.folder, 'pushed')
      const source = { size: bytes.length, sha256: '', read }
      expect(await connection.push(undefined, source, path)).toMatchObject({ rc: 0 })
      const [back] = await connection.request(undefined, [step(`cat ${path}`, { maxOutput: bytes.length })])
      expect(back?.stdout.equals(bytes)).toBe(true)
    } finally {
      await strict.stop()
    }
  })

  test('a host that takes few handshakes at once takes them all in the end', async () => {
    const busy = await TestSshd.start('MaxStartups 2')
    try {
      const all = Array.from({ length: 6 }, () => connected(busy.settings()))
      const connections = await Promise.all(all)
      expect(await Promise.all(connections.map(hello))).toEqual(
        all.map(() => ({ rc: 0, stdout: 'hello\n', stderr: '' })),
      )
    } finally {
      await busy.stop()
    }
  })

  test('a host with no common algorithm, and one that has enough of tries, are told', async () => {
    const future = await TestSshd.start('KexAlgorithms sntrup761x25519-sha512@openssh.com')
    try {
      expect(await refused(future.settings())).toMatchObject({
        reason: 'handshake',
        hint: expect.stringContaining('algorithms'),
      })
    } finally {
      await future.stop()
    }
    const curt = await TestSshd.start('MaxAuthTries 1')
    try {
      const error = await refused(curt.settings({ privateKeyFile: join(curt.folder, 'other_key') }))
      expect(error).toMatchObject({ reason: 'authentication', message: expect.stringContaining('other_key') })
    } finally {
      await curt.stop()
    }
  })

  test('the connections of a run read known_hosts once and share what they accepted', async () => {
    const file = join(sshd.folder, 'known_hosts-run')
    const settings = sshd.settings({ knownHostsFiles: [file], hostKeys: 'accept-new' })
    const connector = new Connector()
    open.push(...(await Promise.all([connector.connect(settings), connector.connect(settings)])))
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1)
    writeFileSync(file, '')
    open.push(await connector.connect({ ...settings, hostKeys: 'strict' }))
    expect(await hello(open[2] as Connection)).toMatchObject({ rc: 0 })
    const refusal = new Connector().connect({ ...settings, hostKeys: 'strict' })
    await expect(refusal).rejects.toMatchObject({ reason: 'host-key-unknown' })
    const folder = connector.connect({ ...settings, knownHostsFiles: [sshd.folder] })
    await expect(folder).rejects.toMatchObject({
      reason: 'host-key-unknown',
      hint: expect.stringContaining(sshd.folder),
    })
  })

  describe('host keys', () => {
    test('an unknown one is refused with its fingerprint and what to run', async () => {
      const file = join(sshd.folder, 'known_hosts-none')
      const error = await refused(sshd.settings({ knownHostsFiles: [file] }))
      const print = execFileSync('ssh-keygen', ['-lf', join(sshd.folder, 'host_key.pub')], {
        encoding: 'utf8',
      })
      expect(error).toMatchObject({ reason: 'host-key-unknown', started: false })
      expect(error.message).toContain(print.split(' ')[1])
      expect(error.hint).toContain(`ssh-keyscan -p ${sshd.port} 127.0.0.1 >> ${file}`)
    })

    test('what ssh-keyscan writes makes it known', async () => {
      const scanned = execFileSync('ssh-keyscan', ['-p', String(sshd.port), '127.0.0.1'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const file = join(sshd.folder, 'known_hosts-scanned')
      writeFileSync(file, scanned)
      expect(await hello(await connected(sshd.settings({ knownHostsFiles: [file] })))).toMatchObject({
        rc: 0,
      })
    })

    test('accept-new writes it down once, for its owner alone', async () => {
      const file = join(sshd.folder, 'new', 'known_hosts')
      const settings = sshd.settings({ knownHostsFiles: [file], hostKeys: 'accept-new' })
      await connected(settings)
      await connected(settings)
      expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1)
      expect(statSync(file).mode & 0o777).toBe(0o600)
      await connected(sshd.settings({ knownHostsFiles: [file], hostKeys: 'strict' }))
    })

    for (const hostKeys of ['strict', 'accept-new'] as const) {
      test(`a changed one is refused (${hostKeys}), with the line that says otherwise`, async () => {
        const file = sshd.knownHosts(sshd.port, 'other_key')
        const error = await refused(sshd.settings({ knownHostsFiles: [file], hostKeys }))
        expect(error.reason).toBe('host-key-changed')
        expect(error.message).toContain(`${file}:1`)
        expect(error.hint).toContain(`ssh-keygen -R '[127.0.0.1]:${sshd.port}'`)
      })
    }

    test('without checking a changed one is let through, but gets no password', async () => {
      const file = sshd.knownHosts(sshd.port, 'other_key')
      const settings = { knownHostsFiles: [file], hostKeys: 'no' as const }
      expect(await hello(await connected(sshd.settings(settings)))).toMatchObject({ rc: 0 })
      const { privateKeyFile: _, ...keyless } = sshd.settings({
        ...settings,
        password: new Secret('hunter22'),
      })
      const error = await refused(keyless)
      expect(error.reason).toBe('authentication')
      expect(error.message).not.toMatch(/tried .*password/)
    })

    test('a revoked one is refused even without checking', async () => {
      const file = sshd.knownHosts(sshd.port, 'host_key', '@revoked ')
      for (const hostKeys of ['strict', 'no'] as const) {
        const error = await refused(
          sshd.settings({ knownHostsFiles: [sshd.knownHosts(sshd.port), file], hostKeys }),
        )
        expect(error.reason).toBe('host-key-revoked')
      }
    })
  })

  describe('private keys', () => {
    test('a wrong one is refused, and the message names it and what the host takes', async () => {
      const error = await refused(sshd.settings({ privateKeyFile: join(sshd.folder, 'other_key') }))
      expect(error.reason).toBe('authentication')
      expect(error.message).toMatch(/other_key \(SHA256:.*the host takes publickey/)
      expect(error.hint).toContain('authorized_keys')
    })

    test('one with a passphrase works with it, given or asked for once', async () => {
      const privateKeyFile = join(sshd.folder, 'locked_key')
      const given = sshd.settings({ privateKeyFile, privateKeyPassphrase: new Secret('open sesame') })
      expect(await hello(await connected(given))).toMatchObject({ rc: 0 })
      const asked: string[] = []
      const privateKeys = new PrivateKeys(async (file) => {
        asked.push(file)
        return new Secret('open sesame')
      })
      await Promise.all([1, 2, 3].map(() => connected(sshd.settings({ privateKeyFile }), { privateKeys })))
      expect(asked).toEqual([privateKeyFile])
    })

    test.each([
      ['without its passphrase', 'locked_key', undefined, /needs a passphrase/, /ssh-add/],
      ['with a wrong one', 'locked_key', 'nonsense', /wrong passphrase/, /passphrase/],
      ['that is missing', 'no_key', undefined, /does not exist/, /--private-key/],
      ['that is public', 'user_key.pub', undefined, /can be read by others|is a public key/, /./],
      ['that is no key', 'sshd_config', undefined, /can be read by others/, /chmod 600/],
    ])('one %s is refused before anything is sent', async (_, name, passphrase, message, hint) => {
      const error = await refused(
        sshd.settings({
          privateKeyFile: join(sshd.folder, name),
          ...(passphrase === undefined ? {} : { privateKeyPassphrase: new Secret(passphrase) }),
        }),
      )
      expect(error.reason).toBe('private-key')
      expect(error.message).toMatch(message)
      expect(error.hint).toMatch(hint)
    })

    test('an agent is used, and one that is gone is no harm when a key works', async () => {
      const socket = join(sshd.folder, 'agent')
      const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(createInterface({ input: agent.stdout }), 'line')
      try {
        const environment = { ...process.env, SSH_AUTH_SOCK: socket }
        execFileSync('ssh-add', ['-q', join(sshd.folder, 'user_key')], { env: environment })
        const { privateKeyFile: _, ...keyless } = sshd.settings({ agent: socket })
        expect(await hello(await connected(keyless))).toMatchObject({ rc: 0 })
      } finally {
        agent.kill()
        await once(agent, 'exit')
      }
      expect(await hello(await connected(sshd.settings({ agent: socket })))).toMatchObject({ rc: 0 })
    })
  })
})
