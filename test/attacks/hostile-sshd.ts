/*
 * An SSH server that means harm, as a program of its own so that its memory is not the client's. Lets everybody in.
 * Arguments: the kind of harm, and the file of its host key. Prints its port, and a line when it begins to do harm.
 */
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import ssh2, { type Connection, type ServerChannel } from 'ssh2'

/** What ssh2's server keeps to itself: it sends what it is told to, whatever windows and packet sizes say. */
interface Wire {
  _protocol: { channelData(channel: number, data: Buffer): void }
}

type Harm = (channel: ServerChannel, nonce: string, connection: Connection & Wire) => void

const begins = (nonce: string, index: number) => `${nonce} b ${index} 11 7\n`

const HARMS: Readonly<Record<string, Harm>> = {
  /** One byte a packet. */
  'tiny-packets': (channel, nonce, connection) => {
    channel.write(begins(nonce, 0))
    const { id } = (channel as unknown as { outgoing: { id: number } }).outgoing
    let left = 40_000
    const some = () => {
      for (let index = 0; index < 1000; index += 1) connection._protocol.channelData(id, Buffer.from('x'))
      left -= 1000
      if (left > 0) setImmediate(some)
    }
    some()
  },
  /** Each of many steps prints without end. */
  flood: (channel, nonce) => {
    const block = Buffer.alloc(1 << 16, 'x')
    let index = 0
    let blocks = 0
    channel.write(begins(nonce, index))
    const some = () => {
      for (;;) {
        blocks += 1
        if (blocks === 20) {
          blocks = 0
          if (index === 99) return
          index += 1
          channel.write(`\n${nonce} e ${index - 1} 0\n${begins(nonce, index)}`)
        }
        if (!channel.write(block)) break
      }
      channel.once('drain', some)
    }
    some()
  },
  /** The step began, and nothing more is heard. */
  silence: (channel, nonce) => {
    for (const stream of [channel, channel.stderr]) stream.write(begins(nonce, 0))
  },
  /** The request is read, and nothing is heard. */
  deaf: () => {},
}

const begin = () => void process.stdout.write('begun\n')
const [harm = '', hostKey = ''] = process.argv.slice(2)
const compress = harm === 'bomb' ? { compress: ['zlib@openssh.com' as const] } : {}
const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)], algorithms: compress }, (connection) => {
  connection.on('error', () => {})
  connection.on('authentication', (context) => context.accept())
  connection.on('session', (accept) => {
    if (harm === 'no-channel') return begin()
    const session = accept()
    session.on('signal', (acceptSignal) => acceptSignal?.())
    session.on('exec', (acceptExec) => {
      if (harm === 'no-exec') return begin()
      const channel = acceptExec()
      channel.on('error', () => {})
      // A push is taken until the window is full, and no further.
      if (harm === 'full') return begin()
      let text = ''
      channel.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1')
        const nonce = /printf '([0-9a-f]{32}) d\\n'/.exec(text)?.[1]
        if (nonce === undefined) return
        text = ''
        begin()
        HARMS[harm]?.(channel, nonce, connection as Connection & Wire)
      })
    })
  })
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
