import dns from 'node:dns'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { Connector } from '../../src/connection/connector.ts'
import { connectionSettings } from '../../src/connection/settings/settings.ts'
import { noSshd, TestSshd } from '../faults/sshd.ts'
import { step, told } from './steps.ts'

const interfaces = Object.entries(networkInterfaces()).flatMap(([name, all = []]) =>
  all.map(({ address, family }) => ({ name, address, family })),
)
/** An address that means something only with the interface behind it. */
const linkLocal = interfaces.find(({ address, family }) => family === 'IPv6' && address.startsWith('fe80'))
const noIpv6 = interfaces.some(({ address }) => address === '::1') ? undefined : 'skipped: no IPv6 here'
const noSsh = existsSync('/usr/bin/ssh') ? undefined : 'skipped: there is no ssh (openssh-client)'

let sshd: TestSshd
beforeAll(async () => {
  if (noSshd === undefined) sshd = await TestSshd.start(...(noIpv6 === undefined ? ['ListenAddress ::'] : []))
})
afterAll(() => sshd?.stop())
afterEach(() => vi.restoreAllMocks())

for (const transport of ['paramiko_ssh', 'openssh'] as const) {
  const missing = noSshd ?? (transport === 'openssh' ? noSsh : undefined)
  describe.skipIf(missing)(`by ${transport}${missing ? ` (${missing})` : ''}`, () => {
    /** Reaches a host as an inventory names it. */
    async function reach(host: string, known = host): Promise<string> {
      const [type, blob] = readFileSync(join(sshd.folder, 'host_key.pub'), 'utf8').split(' ')
      const knownHosts = join(sshd.folder, `known_hosts-${transport}`)
      writeFileSync(knownHosts, `[${known}]:${sshd.port} ${type} ${blob}\n`)
      const variables = new Map<string, string | number>([
        ['ansible_connection', transport],
        ['ansible_host', host],
        ['ansible_port', sshd.port],
        ['ansible_ssh_private_key_file', join(sshd.folder, 'user_key')],
        ['ansible_ssh_common_args', `-F none -o UserKnownHostsFile=${knownHosts}`],
      ])
      const settings = connectionSettings('web1', (name) => variables.get(name))
      const connector = new Connector(undefined, { home: sshd.folder })
      const connection = await connector.connect(settings)
      try {
        const [output] = await connection.request(undefined, [step('echo "$SSH_CONNECTION"')])
        return told(output).stdout
      } finally {
        await connection.close()
        await connector.close()
      }
    }

    test.skipIf(noIpv6)('an IPv6 address', async () => {
      expect(await reach('::1')).toMatch(/^::1 /)
    })

    test.skipIf(linkLocal === undefined || noIpv6)('an address with its zone', async () => {
      const { name, address } = linkLocal!
      expect(await reach(`${address}%${name}`)).toContain(`${address}%${name} `)
    })
  })
}

describe.skipIf(noSshd)('a name with several addresses', () => {
  const addresses = (...all: readonly string[]) =>
    vi.spyOn(dns, 'lookup').mockImplementation(((
      _name: string,
      _options: unknown,
      done: (error: null, found: { address: string; family: number }[]) => void,
    ) =>
      done(
        null,
        all.map((address) => ({ address, family: 4 })),
      )) as never)

  async function reach() {
    const settings = sshd.settings({ host: 'many.example', hostKeyAlias: 'many.example' })
    const [type, blob] = readFileSync(join(sshd.folder, 'host_key.pub'), 'utf8').split(' ')
    writeFileSync(settings.knownHostsFiles[0]!, `many.example ${type} ${blob}\n`)
    const connector = new Connector(undefined, { home: sshd.folder })
    try {
      const connection = await connector.connect({ ...settings, transport: 'library' })
      await connection.close()
    } finally {
      await connector.close()
    }
  }

  test('is reached by the one that answers', async () => {
    addresses('127.0.0.9', '127.0.0.8', '127.0.0.1')
    await reach()
  })

  test('is told as a whole where none does', async () => {
    addresses('127.0.0.9', '127.0.0.8')
    await expect(reach()).rejects.toMatchObject({
      reason: 'refused',
      message: expect.stringMatching(/many\.example:\d+\): nothing listens there/),
    })
  })
})
