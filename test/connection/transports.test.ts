import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Connection, ConnectionSettings } from '../../src/connection/connection.ts'
import { Connector } from '../../src/connection/connector.ts'
import { quote } from '../../src/shell/quote.ts'
import { Secret } from '../../src/values/secret.ts'
import { FaultProxy } from '../faults/proxy.ts'
import { makeKey, noSshd, TestSshd } from '../faults/sshd.ts'
import { gone, pidIn } from './processes.ts'
import { step, told } from './steps.ts'

const noSsh = existsSync('/usr/bin/ssh') ? undefined : 'skipped: there is no ssh (openssh-client)'

/** Both transports are held to the same. */
for (const transport of ['library', 'openssh'] as const) {
  const missing = noSshd ?? (transport === 'openssh' ? noSsh : undefined)
  describe.skipIf(missing)(`the transport ${transport}${missing ? ` (${missing})` : ''}`, () => {
    let sshd: TestSshd
    let proxy: FaultProxy
    let connector: Connector
    let number = 0
    const open: Connection[] = []
    beforeAll(async () => {
      sshd = await TestSshd.start()
    })
    beforeEach(async () => {
      number += 1
      proxy = await FaultProxy.start(sshd.port)
      connector = new Connector(undefined, { home: sshd.folder })
    })
    afterEach(async () => {
      await Promise.all(open.splice(0).map((connection) => connection.close()))
      await proxy.close()
    })
    afterAll(() => sshd.stop())

    async function connected(changes: Partial<ConnectionSettings> = {}, signal?: AbortSignal) {
      const settings = sshd.settings({ port: proxy.port, transport, ...changes })
      const connection = await connector.connect(settings, signal)
      open.push(connection)
      return connection
    }
    const file = (name: string) => join(sshd.folder, `${name}-${number}`)
    const endless = (path: string) => step(`echo begun; sh -c 'echo $$ >${quote(path)}; exec sleep 600'`)

    test('any number of steps is one handshake, one channel and one request', async () => {
      const connection = await connected()
      const steps = Array.from({ length: 12 }, (_, index) => step(`echo ${index}; echo e >&2; exit ${index}`))
      const outputs = await connection.request(undefined, steps)
      expect(outputs.map(told)).toEqual(
        steps.map((_, index) => ({ rc: index, stdout: `${index}\n`, stderr: 'e\n' })),
      )
      expect(connection.counters).toMatchObject({ handshakes: 1, channels: 1, requests: 1 })
      expect(connection.counters.bytesSent).toBeGreaterThan(1000)
      expect(proxy.accepted).toBe(1)
    })

    test('bytes of all kinds cross unharmed, both ways', async () => {
      const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256))
      const connection = await connected()
      const [output] = await connection.request(undefined, [step('cat', { stdin: bytes })])
      expect(output?.stdout.equals(bytes)).toBe(true)
    })

    test('files are pushed beside a request, several at once', async () => {
      const connection = await connected()
      const block = Buffer.alloc(1 << 20, 'block')
      async function* read() {
        for (let index = 0; index < 4; index += 1) yield block
      }
      const pushes = ['a', 'b', 'c'].map((name) =>
        connection.push(undefined, { size: 4 << 20, sha256: '', read }, file(name)),
      )
      expect((await Promise.all(pushes)).map(({ rc }) => rc)).toEqual([0, 0, 0])
      expect(readFileSync(file('c')).length).toBe(4 << 20)
      expect(proxy.accepted).toBe(1)
    })

    test('a failing command has its own status, also that of ssh itself', async () => {
      const connection = await connected()
      const outputs = await connection.request(undefined, [step('exit 255'), step('kill -9 $$')].slice(0, 1))
      expect(told(outputs[0]).rc).toBe(255)
      expect((await connection.push(undefined, emptySource(), '/nonexistent/file')).rc).not.toBe(0)
    })

    test('a step that takes too long is killed on the host, and the next one runs', async () => {
      const connection = await connected()
      const [slow, next] = await connection.request(undefined, [
        { ...endless(file('pid')), timeout: 0.4 },
        step('echo next'),
      ])
      expect(slow).toMatchObject({ rc: null, timedOut: true })
      expect(told(next).stdout).toBe('next\n')
      await gone(await pidIn(file('pid')))
    })

    test('an abort kills what runs on the host', async () => {
      const connection = await connected()
      const controller = new AbortController()
      const request = connection.request(undefined, [endless(file('pid'))], controller.signal)
      const cancelled = expect(request).rejects.toMatchObject({ reason: 'cancelled', started: true })
      const pid = await pidIn(file('pid'))
      controller.abort()
      await cancelled
      await gone(pid)
      expect(told((await connection.request(undefined, [step('echo again')]))[0]).stdout).toBe('again\n')
    })

    test.each([
      ['reset', () => proxy.reset()],
      ['closed', () => proxy.finish()],
    ])('%s while a step runs: lost, and it may have been done', async (_, harm) => {
      const connection = await connected()
      const request = connection.request(undefined, [endless(file('pid'))])
      const lost = expect(request).rejects.toMatchObject({ reason: 'lost', started: true })
      const pid = await pidIn(file('pid'))
      harm()
      await lost
      await expect(connection.request(undefined, [step(':')])).rejects.toMatchObject({
        reason: 'lost',
        started: false,
      })
      process.kill(pid)
    })

    test('a black hole is noticed by keepalive', async () => {
      const connection = await connected({ keepalive: { interval: 1, count: 1 } })
      const request = connection.request(undefined, [endless(file('pid'))])
      const lost = expect(request).rejects.toMatchObject({ reason: 'lost', started: true })
      const pid = await pidIn(file('pid'))
      proxy.blackHole()
      await lost
      process.kill(pid)
    })

    test('handshakes that are dropped are tried again', async () => {
      proxy.dropNext(2)
      const connection = await connected()
      expect(proxy.accepted).toBe(3)
      expect(told((await connection.request(undefined, [step('echo in')]))[0]).stdout).toBe('in\n')
    })

    test('a host key that is unknown, changed, or new and welcome', async () => {
      const none = file('known')
      writeFileSync(none, '')
      await expect(connected({ knownHostsFiles: [none] })).rejects.toMatchObject({
        reason: 'host-key-unknown',
      })
      const other = sshd.knownHosts(proxy.port, 'other_key')
      await expect(connected({ knownHostsFiles: [other] })).rejects.toMatchObject({
        reason: 'host-key-changed',
      })
      sshd.knownHosts(proxy.port)
      await connected({ knownHostsFiles: [none], hostKeys: 'accept-new' })
      expect(readFileSync(none, 'utf8')).not.toBe('')
      await connected({ knownHostsFiles: [none] })
    })

    test('a key that is not taken, and one with a passphrase', async () => {
      await expect(
        connected({ privateKeyFile: join(sshd.folder, 'other_key'), identitiesOnly: true }),
      ).rejects.toMatchObject({ reason: 'authentication' })
      await connected({
        privateKeyFile: join(sshd.folder, 'locked_key'),
        privateKeyPassphrase: new Secret('open sesame'),
        identitiesOnly: true,
      })
      await expect(
        connected({
          privateKeyFile: join(sshd.folder, 'locked_key'),
          privateKeyPassphrase: new Secret('wrong'),
          identitiesOnly: true,
        }),
      ).rejects.toMatchObject({ reason: expect.stringMatching(/^(private-key|authentication)$/) })
    })

    test('nothing listening, and no such name, are told apart', async () => {
      await expect(connected({ port: 1 })).rejects.toMatchObject({ reason: 'refused' })
      await expect(connected({ host: 'no-such-host.invalid' })).rejects.toMatchObject({ reason: 'resolve' })
    })

    test('a cancelled attempt ends at once', async () => {
      proxy.stall()
      const controller = new AbortController()
      const attempt = connected({}, controller.signal)
      const cancelled = expect(attempt).rejects.toMatchObject({ reason: 'cancelled', started: false })
      while (proxy.accepted === 0) await wait(5)
      controller.abort()
      await cancelled
    })

    test('closing ends what runs on the host, and leaves nothing open', async () => {
      const connection = await connected()
      const request = connection.request(undefined, [endless(file('pid'))])
      const cancelled = expect(request).rejects.toMatchObject({ reason: 'cancelled' })
      const pid = await pidIn(file('pid'))
      await connection.close()
      await cancelled
      await gone(pid)
      while (proxy.open > 0) await wait(20)
    })
  })
}

describe.skipIf(noSshd ?? noSsh)('which transport', () => {
  const notices: string[] = []
  const open: { close(): Promise<unknown> }[] = []
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()))
    notices.length = 0
  })
  async function connected(sshd: TestSshd, connector: Connector, changes: Partial<ConnectionSettings> = {}) {
    const connection = await connector.connect(sshd.settings(changes))
    open.push(connection)
    return told((await connection.request(undefined, [step('echo in')]))[0]).stdout
  }
  const connectorOf = (sshd: TestSshd) =>
    new Connector(undefined, { home: sshd.folder, notice: (text) => notices.push(text) })

  test('algorithms that the library lacks take the other, told once', async () => {
    const sshd = await TestSshd.start('KexAlgorithms sntrup761x25519-sha512@openssh.com')
    try {
      const connector = connectorOf(sshd)
      expect(await connected(sshd, connector)).toBe('in\n')
      expect(await connected(sshd, connector, { name: 'web2' })).toBe('in\n')
      expect(notices).toEqual([expect.stringContaining('the algorithms that the host asks for')])
      await expect(connected(sshd, connector, { transport: 'library' })).rejects.toMatchObject({
        reason: 'handshake',
      })
    } finally {
      await Promise.all(open.splice(0).map((each) => each.close()))
      await sshd.stop()
    }
  })

  test('certificates of a user and of a host', async () => {
    const sshd = await TestSshd.start(
      'TrustedUserCAKeys %FOLDER%/user_ca.pub',
      'HostCertificate %FOLDER%/host_key-cert.pub',
    )
    try {
      const sign = (ca: string, key: string, ...options: string[]) =>
        execFileSync('ssh-keygen', [
          '-q',
          '-s',
          join(sshd.folder, ca),
          '-I',
          'test',
          ...options,
          join(sshd.folder, `${key}.pub`),
        ])
      sign('user_ca', 'other_key', '-n', process.env['USER'] ?? 'root')
      const connector = connectorOf(sshd)
      const byCertificate = { privateKeyFile: join(sshd.folder, 'other_key'), identitiesOnly: true }
      expect(await connected(sshd, connector, byCertificate)).toBe('in\n')
      const authority = join(sshd.folder, 'known_authority')
      writeFileSync(
        authority,
        `@cert-authority [127.0.0.1]:* ${readFileSync(join(sshd.folder, 'host_ca.pub'), 'utf8')}`,
      )
      expect(await connected(sshd, connector, { knownHostsFiles: [authority] })).toBe('in\n')
      const wrong = join(sshd.folder, 'known_wrong')
      writeFileSync(
        wrong,
        `@cert-authority [127.0.0.1]:* ${readFileSync(join(sshd.folder, 'user_ca.pub'), 'utf8')}`,
      )
      await expect(connected(sshd, connector, { knownHostsFiles: [wrong] })).rejects.toMatchObject({
        reason: 'host-key-unknown',
      })
      expect(notices).toEqual([
        expect.stringContaining('other_key-cert.pub'),
        expect.stringContaining(`@cert-authority in ${authority}:1`),
        expect.stringContaining(`@cert-authority in ${wrong}:1`),
      ])
    } finally {
      await Promise.all(open.splice(0).map((each) => each.close()))
      await sshd.stop()
    }
  })
})

describe.skipIf(noSshd)('keys', () => {
  test('an agent with many keys does not lock the account out, and a named one comes first', async () => {
    const sshd = await TestSshd.start('MaxAuthTries 6')
    const socket = join(sshd.folder, 'agent')
    const said = execFileSync('ssh-agent', ['-a', socket], { encoding: 'utf8' })
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1])
    const connector = new Connector(undefined, { home: sshd.folder })
    const { privateKeyFile: _, ...keyless } = sshd.settings({ agent: socket, transport: 'library' })
    try {
      const add = (key: string) =>
        execFileSync('ssh-add', ['-q', key], {
          env: { ...process.env, SSH_AUTH_SOCK: socket },
          stdio: 'pipe',
        })
      for (let index = 0; index < 7; index += 1) {
        makeKey(join(sshd.folder, `extra${index}`))
        add(join(sshd.folder, `extra${index}`))
      }
      add(join(sshd.folder, 'user_key'))
      await expect(connector.connect(keyless)).rejects.toMatchObject({
        reason: 'authentication',
        message: expect.stringMatching(
          /3 more keys were not tried, since the host ends a login after 6 tries/,
        ),
      })
      await expect(connector.connect({ ...keyless, maxAuthTries: 3 })).rejects.toMatchObject({
        message: expect.stringMatching(
          /6 more keys were not tried, .* after 3 tries \(muster_max_auth_tries\)/,
        ),
      })
      // The file is named by its public part alone: the agent has the key.
      execFileSync('sh', [
        '-c',
        `mkdir ${sshd.folder}/public; cp ${sshd.folder}/user_key.pub ${sshd.folder}/public`,
      ])
      const connection = await connector.connect({
        ...keyless,
        identityFiles: [join(sshd.folder, 'public', 'user_key')],
        identitiesOnly: true,
      })
      expect(told((await connection.request(undefined, [step('echo in')]))[0]).stdout).toBe('in\n')
      await connection.close()
    } finally {
      process.kill(pid)
      await sshd.stop()
    }
  })

  test('a method that is not allowed is not used', async () => {
    const sshd = await TestSshd.start()
    const connector = new Connector(undefined, { home: sshd.folder })
    try {
      await expect(
        connector.connect(sshd.settings({ authentications: ['password'], transport: 'library' })),
      ).rejects.toMatchObject({
        reason: 'authentication',
        message: expect.stringContaining('tried nothing: '),
      })
    } finally {
      await sshd.stop()
    }
  })
})

function emptySource() {
  async function* read() {
    yield Buffer.from('x')
  }
  return { size: 1, sha256: '', read }
}
