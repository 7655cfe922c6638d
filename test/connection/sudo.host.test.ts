import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connect } from '../../src/connection/connect.ts'
import type { Become, Connection, ConnectionSettings } from '../../src/connection/connection.ts'
import { Secret } from '../../src/values/secret.ts'
import { startHosts, type TestHost, type TestHosts } from '../hosts/index.ts'
import { step, told } from './steps.ts'

const PASSWORD = "it's a 'correct horse'"

let hosts: TestHosts
let free: TestHost
let asking: TestHost
const open: Connection[] = []
beforeAll(async () => {
  hosts = await startHosts(2, { password: PASSWORD, each: [{}, { sudoAsks: true }] })
  ;[free, asking] = hosts.hosts as [TestHost, TestHost]
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()))
})
afterAll(() => hosts.stop())

function settings(host: TestHost, changes: Partial<ConnectionSettings> = {}): ConnectionSettings {
  return {
    kind: 'ssh',
    name: host.name,
    host: '127.0.0.1',
    port: host.port,
    user: 'ops',
    privateKeyFile: hosts.privateKeyFile,
    knownHostsFiles: [hosts.knownHostsFile],
    hostKeys: 'strict',
    connectTimeout: 10,
    ...changes,
  }
}

async function connected(host: TestHost, changes?: Partial<ConnectionSettings>): Promise<Connection> {
  const connection = await connect(settings(host, changes))
  open.push(connection)
  return connection
}

function root(password?: string, changes: Partial<Become> = {}): Become {
  const secret = password === undefined ? {} : { password: new Secret(password) }
  return { method: 'sudo', user: 'root', exe: 'sudo', flags: '-H -S -n', ...secret, ...changes }
}

async function as(connection: Connection, become: Become | undefined, script: string) {
  return told((await connection.request(become, [step(script)]))[0])
}

test('the login user, root and another user each get a shell of their own, opened once', async () => {
  const connection = await connected(free)
  const other = root(undefined, { user: 'nobody' })
  for (let round = 0; round < 2; round += 1) {
    expect((await as(connection, undefined, 'id -un')).stdout).toBe('ops\n')
    expect((await as(connection, root(), 'id -un; echo "$HOME"')).stdout).toBe('root\n/root\n')
    expect((await as(connection, other, 'id -un')).stdout).toBe('nobody\n')
  }
  expect(connection.counters).toMatchObject({ handshakes: 1, channels: 3, requests: 6 })
})

test('more users than shells are kept at once', async () => {
  await free.sh('for n in 1 2 3 4 5 6; do id u$n 2>/dev/null || useradd u$n; done')
  const connection = await connected(free)
  const users = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6']
  const said = await Promise.all(users.map((user) => as(connection, root(undefined, { user }), 'id -un')))
  expect(said.map(({ stdout }) => stdout.trim())).toEqual(users)
})

test('a password is given when sudo asks, also for pushes, and stands in no command line', async () => {
  const connection = await connected(asking)
  const become = root(PASSWORD)
  expect(await as(connection, become, 'id -un; cat /proc/[0-9]*/cmdline | tr "\\0" " "')).toMatchObject({
    rc: 0,
  })
  const { stdout } = await as(connection, become, 'id -un; cat /proc/[0-9]*/cmdline | tr "\\0" " "')
  expect(stdout).toMatch(/^root\n/)
  expect(stdout).not.toContain('correct horse')
  async function* read() {
    yield Buffer.from('content')
  }
  const source = { size: 7, sha256: '', read }
  expect(await connection.push(become, source, '/root/pushed')).toMatchObject({ rc: 0 })
  expect(await asking.sh('cat /root/pushed')).toBe('content')
})

test('a password that sudo does not ask for never reaches a script', async () => {
  const connection = await connected(free)
  expect(await as(connection, root(PASSWORD), 'cat; id -un')).toEqual({ rc: 0, stdout: 'root\n', stderr: '' })
})

test('a missing password is told from a wrong one, which is tried once', async () => {
  const connection = await connected(asking)
  await expect(as(connection, root(), 'true')).rejects.toMatchObject({
    reason: 'become-password-missing',
    hint: expect.stringContaining('--ask-become-pass'),
    started: false,
  })
  await expect(as(connection, root('wrong'), 'true')).rejects.toMatchObject({
    reason: 'become-password-wrong',
    started: false,
  })
  const log = await asking.sh('journalctl --no-pager -t sudo | grep -c "incorrect password attempt" || true')
  expect(Number(log)).toBe(1)
  // The connection itself is as good as before.
  expect((await as(connection, undefined, 'id -un')).stdout).toBe('ops\n')
})

test('what sudo refuses is told with what to do', async () => {
  await free.sh(
    'id guest 2>/dev/null || useradd -m guest; install -d -m 700 -o guest ~guest/.ssh; install -m 600 -o guest ~ops/.ssh/authorized_keys ~guest/.ssh/authorized_keys',
  )
  const guest = await connected(free, { user: 'guest' })
  await free.sh('usermod -p "$(getent shadow ops | cut -d: -f2)" guest')
  await expect(as(guest, root(PASSWORD), 'true')).rejects.toMatchObject({
    reason: 'become-refused',
    message: expect.stringContaining('not in the sudoers'),
  })
  const ops = await connected(free)
  await expect(as(ops, root(undefined, { user: 'nosuchuser' }), 'true')).rejects.toMatchObject({
    reason: 'become-refused',
    hint: expect.stringContaining('ansible_become_user'),
  })
  await expect(as(ops, root(undefined, { exe: '/usr/bin/nosudo' }), 'true')).rejects.toMatchObject({
    reason: 'become-refused',
    hint: expect.stringContaining('install sudo'),
  })
})

test('sudo that insists on a terminal gets one, and bytes, statuses, passwords, pushes and kills are as ever', async () => {
  const line = 'echo "Defaults:ops requiretty" >/etc/sudoers.d/zz-tty; chmod 440 /etc/sudoers.d/zz-tty'
  for (const host of [free, asking]) {
    await host.sh(line)
    try {
      const connection = await connected(host)
      const become = root(host === asking ? PASSWORD : undefined)
      const text = 'ä\u0000%\r\n\u0003\u0004'.repeat(50_000)
      const [echoed, other, slow, terminal] = await connection.request(become, [
        step('cat; echo separate >&2', { stdin: text }),
        step('id -un; exit 3', { contained: true }),
        step('nohup sleep 7777 >/dev/null 2>&1 & sleep 8888', { timeout: 0.5 }),
        step(': </dev/tty && echo terminal'),
      ])
      expect(echoed?.stdout.toString()).toBe(text)
      expect(echoed?.stderr.toString()).toBe('separate\n')
      expect(told(other)).toEqual({ rc: 3, stdout: 'root\n', stderr: '' })
      expect(slow).toMatchObject({ timedOut: true })
      expect(told(terminal).stdout).toBe('terminal\n')
      expect((await host.exec('pgrep -f "sleep (7777|8888)"')).stdout).toBe('')
      async function* read() {
        yield Buffer.from(text)
      }
      const source = { size: Buffer.byteLength(text), sha256: '', read }
      expect(await connection.push(become, source, '/root/by-terminal')).toMatchObject({ rc: 0 })
      expect(await host.sh('wc -c </root/by-terminal')).toBe(`${Buffer.byteLength(text)}\n`)
      // One connection learns it once: a channel that was refused, then two a shell.
      await connection.request(become, [step(':')])
      await connection.close()
      await host.sh('while pgrep -x -f "sleep 1000000000"; do sleep 0.1; done')
    } finally {
      await host.sh('rm /etc/sudoers.d/zz-tty')
    }
  }
})

test('a host that gives no terminals is told with what to do', async () => {
  await free.sh(
    'echo "Defaults:ops requiretty" >/etc/sudoers.d/zz-tty; chmod 440 /etc/sudoers.d/zz-tty; echo "PermitTTY no" >/etc/ssh/sshd_config.d/00-tty.conf; systemctl reload ssh',
  )
  try {
    const ops = await connected(free)
    await expect(as(ops, root(), 'true')).rejects.toMatchObject({
      reason: 'become-refused',
      message: expect.stringContaining('must have a tty'),
      hint: expect.stringContaining('requiretty'),
    })
  } finally {
    await free.sh('rm /etc/sudoers.d/zz-tty /etc/ssh/sshd_config.d/00-tty.conf; systemctl reload ssh')
  }
})

test('a timeout, an abort and closing end what runs as root', async () => {
  const connection = await connected(free)
  const [slow, next] = await connection.request(root(), [
    step('nohup sleep 1111 >/dev/null 2>&1 & sleep 2222', { timeout: 0.5 }),
    step('echo next'),
  ])
  expect(slow).toMatchObject({ rc: null, timedOut: true })
  expect(told(next).stdout).toBe('next\n')
  const controller = new AbortController()
  const request = connection.request(root(), [step('sleep 3333')], controller.signal)
  const cancelled = expect(request).rejects.toMatchObject({ reason: 'cancelled' })
  await free.sh('until pgrep -x -f "sleep 3333"; do sleep 0.1; done')
  controller.abort()
  await cancelled
  const closing = connection.request(root(), [step('sleep 4444')])
  const closed = expect(closing).rejects.toMatchObject({ reason: 'cancelled' })
  await free.sh('until pgrep -x -f "sleep 4444"; do sleep 0.1; done')
  await connection.close()
  await closed
  expect((await free.exec('pgrep -f "sleep (1111|2222|3333|4444)"')).stdout).toBe('')
})

test('sudo with a terminal of its own (use_pty) changes nothing', async () => {
  await free.sh('echo "Defaults use_pty" >/etc/sudoers.d/zz-pty; chmod 440 /etc/sudoers.d/zz-pty')
  try {
    const connection = await connected(free)
    const text = 'ä\u0000%\r\n'.repeat(50_000)
    const [echoed, slow] = await connection.request(root(), [
      step('cat; echo separate >&2', { stdin: text }),
      step('nohup sleep 5555 >/dev/null 2>&1 & sleep 6666', { timeout: 0.5 }),
    ])
    expect(echoed?.stdout.toString()).toBe(text)
    expect(echoed?.stderr.toString()).toBe('separate\n')
    expect(slow).toMatchObject({ timedOut: true })
    expect((await free.exec('pgrep -f "sleep (5555|6666)"')).stdout).toBe('')
  } finally {
    await free.sh('rm /etc/sudoers.d/zz-pty')
  }
})

test('what a login shell prints is skipped; one that runs nothing is told', async () => {
  await free.sh(
    'printf "echo noise; echo noise >&2\\n" | cat - ~ops/.bashrc >/tmp/rc; cp /tmp/rc ~ops/.bashrc',
  )
  const noisy = await connected(free)
  expect(await as(noisy, undefined, 'echo words')).toEqual({ rc: 0, stdout: 'words\n', stderr: '' })
  await free.sh('usermod -s /usr/sbin/nologin guest')
  const nobody = await connected(free, { user: 'guest' })
  await expect(as(nobody, undefined, 'true')).rejects.toMatchObject({
    reason: 'no-shell',
    message: expect.stringContaining('not available'),
    started: false,
  })
})

test('a login shell that waits for input is given up', async () => {
  await free.sh(
    'id waits 2>/dev/null || useradd -m -s /bin/bash waits; cp -r ~ops/.ssh ~waits/; chown -R waits ~waits; echo "sleep 600" >~waits/.bashrc',
  )
  const connection = await connected(free, { user: 'waits', connectTimeout: 2 })
  await expect(as(connection, undefined, 'true')).rejects.toMatchObject({
    reason: 'no-shell',
    message: expect.stringContaining('within 2 s'),
  })
})

test('a real sshd takes the password, by either method', async () => {
  const byPassword = settings(free, { password: new Secret(PASSWORD) })
  const { privateKeyFile: _, ...keyless } = byPassword
  for (const lines of [
    'PasswordAuthentication yes',
    'PasswordAuthentication no\nKbdInteractiveAuthentication yes',
  ]) {
    await free.sh(
      `printf '${lines.replace('\n', '\\n')}\\n' >/etc/ssh/sshd_config.d/00-test.conf; systemctl reload ssh`,
    )
    const connection = await connect(keyless)
    open.push(connection)
    expect((await as(connection, undefined, 'id -un')).stdout).toBe('ops\n')
  }
  await expect(connect({ ...keyless, password: new Secret('wrong') })).rejects.toMatchObject({
    reason: 'authentication',
  })
})
