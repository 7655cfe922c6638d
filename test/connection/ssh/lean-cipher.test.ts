import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect as connectSocket, type Socket } from 'node:net'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { connect } from '../../../src/connection/connect.ts'
import { HostConnection } from '../../../src/connection/host-connection.ts'
import { Authentication } from '../../../src/connection/keys/authenticate.ts'
import { collectCredentials } from '../../../src/connection/keys/credentials.ts'
import { PrivateKeys } from '../../../src/connection/keys/private-keys.ts'
import { HostKeyCheck } from '../../../src/connection/known-hosts/host-key.ts'
import { KnownHosts } from '../../../src/connection/known-hosts/known-hosts.ts'
import { handshake } from '../../../src/connection/ssh/handshake.ts'
import { SshTransport } from '../../../src/connection/ssh/ssh-transport.ts'
import { noSshd, TestSshd } from '../../faults/sshd.ts'
import { step } from '../steps.ts'

/** A socket that counts how often something is handed to the system. */
class Counted extends Duplex {
  writes = 0
  readonly #inner: Socket

  constructor(inner: Socket) {
    super()
    this.#inner = inner
    inner.on('data', (chunk) => this.push(chunk))
    inner.on('close', () => this.destroy())
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: string, done: (error?: Error | null) => void): void {
    this.writes += 1
    this.#inner.write(chunk, done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.writes += 1
    this.#inner.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner.destroy()
    done(error)
  }
}

function sourceOf(bytes: Buffer, block: number) {
  async function* read() {
    for (let at = 0; at < bytes.length; at += block) yield bytes.subarray(at, at + block)
  }
  return { size: bytes.length, sha256: '', read }
}

describe.skipIf(noSshd !== undefined)(`ciphers with a real sshd${noSshd ? ` (${noSshd})` : ''}`, () => {
  test.each([
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'chacha20-poly1305@openssh.com',
  ])(
    '%s: what is sent and comes back is the same, while keys are agreed on anew and again',
    async (cipher) => {
      const sshd = await TestSshd.start(`Ciphers ${cipher}`, 'RekeyLimit 1M')
      try {
        const connection = await connect(sshd.settings(), {
          privateKeys: new PrivateKeys(undefined, sshd.folder),
        })
        const bytes = randomBytes((3 << 20) + 11)
        const paths = ['one', 'two', 'three'].map((name) => join(sshd.folder, name))
        // Blocks below, at and above the size of a packet, and requests between them on the same connection.
        const blocks = [1000, 32_768, 300_000]
        const pushes = paths.map((path, at) => connection.push(undefined, sourceOf(bytes, blocks[at]!), path))
        const stdin = randomBytes(20_000)
        for (let index = 0; index < 5; index += 1) {
          const [output] = await connection.request(undefined, [step('cat', { stdin })])
          expect(output?.stdout.equals(stdin)).toBe(true)
        }
        expect((await Promise.all(pushes)).map(({ rc }) => rc)).toEqual([0, 0, 0])
        for (const path of paths) expect(readFileSync(path).equals(bytes)).toBe(true)
        const [back] = await connection.request(undefined, [
          step(`cat ${paths[0]}`, { maxOutput: bytes.length }),
        ])
        expect(back?.stdout.equals(bytes)).toBe(true)
        await connection.close()
      } finally {
        await sshd.stop()
      }
    },
  )

  test('the packets of a block leave together', async () => {
    const sshd = await TestSshd.start()
    try {
      const settings = sshd.settings()
      const inner = connectSocket({ port: settings.port, host: settings.host, noDelay: true })
      await once(inner, 'connect')
      const socket = new Counted(inner)
      const known = await KnownHosts.load(settings.knownHostsFiles)
      const credentials = await collectCredentials(settings, new PrivateKeys(undefined, sshd.folder))
      const client = await handshake(
        socket as unknown as Socket,
        settings,
        new HostKeyCheck(settings, known),
        new Authentication(settings, credentials, () => true),
        { interval: 15, count: 3 },
      )
      const transport = new SshTransport(
        'web1',
        client,
        { stream: socket as unknown as Socket, traffic: () => ({ sent: 0, received: 0 }) },
        60,
      )
      const connection = new HostConnection(transport, { startTimeout: 10 })
      const before = socket.writes
      const [blocks, block] = [32, 128 * 1024]
      const source = sourceOf(randomBytes(blocks * block), block)
      expect(await connection.push(undefined, source, join(sshd.folder, 'pushed'))).toMatchObject({ rc: 0 })
      // 128 packets of 32 KiB in three pieces each are 384; a block may be cut once where the host's window ends.
      expect(socket.writes - before).toBeLessThanOrEqual(2 * blocks + 6)
      await connection.close()
    } finally {
      await sshd.stop()
    }
  })
})
