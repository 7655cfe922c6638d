import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Become, Connection, ConnectionSettings } from '../../src/connection/connection.ts'
import { Connector } from '../../src/connection/connector.ts'
import { connectionSettings } from '../../src/connection/settings/settings.ts'
import { SshConfig } from '../../src/connection/ssh-config/evaluate.ts'
import { Secret } from '../../src/values/secret.ts'
import { startHosts, type TestHost, type TestHosts } from '../hosts/index.ts'
import { step, told } from './steps.ts'

/*
 * Real bastions and a target that takes connections from the second bastion alone: host1 is the first bastion, with a
 * busy sshd's MaxStartups, host2 the second, host3 the target.
 */
const PASSWORD = 'correct horse'
let hosts: TestHosts
let first: TestHost
let second: TestHost
let target: TestHost
let home: string
let connector: Connector
const notices: string[] = []
const open: Connection[] = []
const addresses = new Map<TestHost, string>()

beforeAll(async () => {
  hosts = await startHosts(3, { password: PASSWORD })
  ;[first, second, target] = hosts.hosts as [TestHost, TestHost, TestHost]
  for (const host of hosts.hosts) addresses.set(host, (await host.sh("hostname -I | cut -d' ' -f1")).trim())
  await first.sh('echo "MaxStartups 2:30:4" >/etc/ssh/sshd_config.d/00-starts.conf; systemctl reload ssh')
  // Who comes from elsewhere than the second bastion gets no answer.
  await target.sh(
    `printf 'Match Address *,!${addresses.get(second)}\\n  DenyUsers *\\n' >>/etc/ssh/sshd_config; systemctl reload ssh`,
  )
  home = join(hosts.directory, 'home')
  await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  const known = join(hosts.directory, 'known_inner')
  const keyOf = (host: TestHost) => host.knownHosts.split('\n')[0]!.split(' ').slice(1).join(' ')
  await writeFile(
    known,
    [
      first.knownHosts,
      `${addresses.get(second)} ${keyOf(second)}\n`,
      `${addresses.get(target)} ${keyOf(target)}\n`,
    ].join(''),
  )
  await writeFile(
    join(home, '.ssh', 'config'),
    `
Host first
  HostName 127.0.0.1
  Port ${first.port}
Host second
  HostName ${addresses.get(second)}
  ProxyJump first
Host inner*
  HostName ${addresses.get(target)}
  ProxyJump second
Host *
  User ops
  IdentityFile ${hosts.privateKeyFile}
  IdentitiesOnly yes
  UserKnownHostsFile ${known}
`,
    { mode: 0o600 },
  )
})
beforeEach(() => {
  notices.length = 0
  connector = new Connector(undefined, { notice: (text) => notices.push(text), home })
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()))
  await connector.close()
})
afterAll(() => hosts.stop())

function settings(name: string, variables: Record<string, string> = {}): ConnectionSettings {
  const sshConfig = new SshConfig({ home, system: join(home, 'none') })
  return connectionSettings(name, (variable) => variables[variable], { sshConfig })
}
async function connected(name: string, variables?: Record<string, string>): Promise<Connection> {
  const connection = await connector.connect(settings(name, variables))
  open.push(connection)
  return connection
}
const logins = async (host: TestHost) =>
  Number(await host.sh('journalctl --no-pager -u ssh | grep -c "Accepted publickey" || true'))
const run = async (connection: Connection, script: string, become?: Become) =>
  told((await connection.request(become, [step(script)]))[0])

test('twelve hosts behind a chain of two cost one login at each bastion', async () => {
  const before = [await logins(first), await logins(second), await logins(target)]
  const connections = await Promise.all(Array.from({ length: 12 }, (_, index) => connected(`inner${index}`)))
  const said = await Promise.all(connections.map((connection) => run(connection, 'cat /etc/machine-id')))
  expect(new Set(said.map(({ stdout }) => stdout.trim()))).toEqual(new Set([target.machineId]))
  expect(connector.bastions.handshakes).toBe(2)
  expect(await logins(first)).toBe(before[0]! + 1)
  expect(await logins(second)).toBe(before[1]! + 1)
  expect(await logins(target)).toBe(before[2]! + 12)
  // As direct: one channel and one request.
  expect(connections[0]?.counters).toMatchObject({ handshakes: 1, channels: 1, requests: 1 })
})

test('the target takes nobody who comes by another way', async () => {
  const direct = { ansible_ssh_common_args: '-o ProxyJump=first' }
  await expect(connected('inner1', direct)).rejects.toMatchObject({ reason: 'authentication' })
})

test('a file goes through both bastions', async () => {
  const connection = await connected('inner1')
  const block = Buffer.alloc(1 << 20, 'x')
  async function* read() {
    for (let index = 0; index < 8; index += 1) yield block
  }
  expect(await connection.push(undefined, { size: 8 << 20, sha256: '', read }, '/tmp/through')).toMatchObject(
    { rc: 0 },
  )
  expect((await target.sh('wc -c </tmp/through')).trim()).toBe(String(8 << 20))
})

test('a bastion that dies ends its hosts with that reason, told once', async () => {
  const connections = await Promise.all(['inner1', 'inner2'].map((name) => connected(name)))
  const lost = connections.map((connection) =>
    expect(run(connection, 'sleep 600')).rejects.toMatchObject({
      reason: 'lost',
      message: expect.stringMatching(/bastion second .* was lost/),
    }),
  )
  await target.sh('until pgrep -x sleep; do sleep 0.1; done')
  await second.sh('pkill -KILL -u ops sshd; true')
  await Promise.all(lost)
  expect(notices.filter((notice) => notice.includes('second'))).toHaveLength(1)
  await target.sh('pkill -x sleep; true')
})

test('a bastion that is dead is told for all alike', async () => {
  const dead = { ansible_ssh_common_args: '-o ProxyJump=ops@127.0.0.1:9' }
  const errors = await Promise.all(
    ['inner1', 'inner2'].map((name) => connected(name, dead).catch((error) => error.message)),
  )
  expect(new Set(errors)).toEqual(new Set(['bastion 127.0.0.1 (127.0.0.1:9): nothing listens there']))
})

test.skipIf(!existsSync('/usr/bin/ssh'))("by a ProxyCommand, and by the system's ssh", async () => {
  const config = join(home, '.ssh', 'config')
  const command = `ssh -F ${config} -W %h:%p second`
  const byLibrary = await connected('inner1', { ansible_ssh_common_args: `-o ProxyCommand="${command}"` })
  expect((await run(byLibrary, 'cat /etc/machine-id')).stdout.trim()).toBe(target.machineId)
  const byOpenssh = await connected('inner1', {
    ansible_connection: 'openssh',
    ansible_ssh_common_args: `-F ${config} -o ProxyCommand="${command}"`,
  })
  expect((await run(byOpenssh, 'cat /etc/machine-id')).stdout.trim()).toBe(target.machineId)
})

test('su takes the password of the user that it becomes', async () => {
  await first.sh(`printf 'root:${PASSWORD} of root' | chpasswd`)
  const connection = await connected('first')
  const become = (method: Become['method'], password?: string, user = 'root'): Become => ({
    method,
    user,
    exe: method,
    flags: '',
    ...(password === undefined ? {} : { password: new Secret(password) }),
  })
  const script = 'id -un; cat; echo err >&2; exit 3'
  expect(await run(connection, script, become('su', `${PASSWORD} of root`))).toEqual({
    rc: 3,
    stdout: 'root\n',
    stderr: 'err\n',
  })
  // A shell that runs is not asked for again: others try on connections of their own.
  await expect(run(await connected('first'), script, become('su', 'wrong'))).rejects.toMatchObject({
    reason: 'become-password-wrong',
  })
  await expect(run(await connected('first'), script, become('su'))).rejects.toMatchObject({
    reason: 'become-password-missing',
  })
  const [slow] = await connection.request(become('su', `${PASSWORD} of root`), [
    step('nohup sleep 1212 >/dev/null 2>&1 & sleep 3434', { timeout: 0.5 }),
  ])
  expect(slow).toMatchObject({ timedOut: true })
  expect((await first.exec('pgrep -f "sleep (1212|3434)"')).stdout).toBe('')
  async function* read() {
    yield Buffer.from('content')
  }
  const source = { size: 7, sha256: '', read }
  expect(await connection.push(become('su', `${PASSWORD} of root`), source, '/root/by-su')).toMatchObject({
    rc: 0,
  })
  // Users other than root, from one who is not root.
  await first.sh('id app 2>/dev/null || useradd -m app; printf "app:of app" | chpasswd')
  expect((await run(connection, 'id -un', become('su', 'of app', 'app'))).stdout).toBe('app\n')
  expect((await run(connection, 'id -un', { ...become('sudo', undefined, 'app'), flags: '-n' })).stdout).toBe(
    'app\n',
  )
})
