import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { getContainerRuntimeClient } from 'testcontainers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHosts, type TestHost, type TestHosts } from './index.ts'

const call = promisify(execFile)

describe('test hosts', () => {
  const clone = '0123456789abcdef0123456789abcdef'
  let hosts: TestHosts
  let plain: TestHost
  let asking: TestHost
  let copy: TestHost

  beforeAll(async () => {
    hosts = await startHosts(3, {
      each: [
        {},
        { password: 'correct horse', sudoAsks: true, tmpfs: { '/opt': 'size=64k' }, machineId: clone },
        { machineId: clone },
      ],
    })
    ;[plain, asking, copy] = hosts.hosts as [TestHost, TestHost, TestHost]
  })
  afterAll(() => hosts.stop())

  /** OpenSSH's own client, strict about host keys. */
  const ssh = async (host: TestHost, command: string) => {
    const options = [
      'BatchMode=yes',
      'StrictHostKeyChecking=yes',
      `UserKnownHostsFile=${hosts.knownHostsFile}`,
    ]
    const { stdout } = await call('ssh', [
      ...options.flatMap((option) => ['-o', option]),
      ...['-p', String(host.port), '-i', hosts.privateKeyFile, 'ops@127.0.0.1', command],
    ])
    return stdout.trim()
  }

  test('run systemd and sshd, and know ops by key', async () => {
    expect((await plain.sh('cat /proc/1/comm; systemctl is-active ssh')).trim()).toBe('systemd\nactive')
    expect(await ssh(plain, 'id -un; sudo id -un')).toBe('ops\nroot')
  })

  test('ask for a password where told to', async () => {
    await expect(ssh(asking, 'sudo -n true')).rejects.toThrow(/password is required/)
    expect(await ssh(asking, "echo 'correct horse' | sudo -S -p '' id -un")).toBe('root')
  })

  test('are machines of their own, or clones where told to', () => {
    expect(plain.machineId).toMatch(/^[0-9a-f]{32}$/)
    expect([asking.machineId, copy.machineId]).toEqual([clone, clone])
    expect(new Set(hosts.hosts.map((host) => host.knownHosts.split(' ')[2])).size).toBe(3)
  })

  test('have a disk that is full at once where told to', async () => {
    const { exitCode, stderr } = await asking.exec('head -c 100000 /dev/zero > /opt/file')
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain('No space left on device')
  })

  test('reach this machine at the gateway', async () => {
    expect(await plain.sh(`ip route get ${hosts.gateway}`)).toContain(hosts.gateway)
  })

  test('fail as hosts fail', async () => {
    const victims = await startHosts(1)
    try {
      const [host] = victims.hosts as [TestHost]
      const client = await getContainerRuntimeClient()
      const state = async () =>
        (await client.container.inspect(client.container.getById(host.container.getId()))).State.Status
      await host.freeze()
      expect(await state()).toBe('paused')
      await host.thaw()
      await host.kill()
      expect(await state()).toBe('exited')
    } finally {
      await victims.stop()
    }
  })

  test('leave nothing', async () => {
    const gone = await startHosts(1)
    const client = await getContainerRuntimeClient()
    const container = client.container.getById(gone.hosts[0]?.container.getId() ?? '')
    await gone.stop()
    await expect(client.container.inspect(container)).rejects.toThrow(/no such container/i)
    expect(existsSync(gone.directory)).toBe(false)
  })
})
