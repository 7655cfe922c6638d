import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { pacedInput } from '../../../src/connection/ssh/paced-input.ts'

const opened: Socket[] = []
afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy()
})

/** A socket whose peer reads when the test says so. */
async function slowPeer(): Promise<{ socket: Socket; peer: Socket }> {
  const server = createServer({ pauseOnConnect: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [peer] = (await once(server, 'connection')) as [Socket]
  server.close()
  opened.push(socket, peer)
  return { socket, peer }
}

test('a writer waits for the socket below, so that no more than a chunk waits in it', async () => {
  const { socket, peer } = await slowPeer()
  // As a channel of ssh2 is: takes all that comes, and leaves it in the socket.
  const channel = new PassThrough({ highWaterMark: 2 ** 30 })
  channel.on('data', (chunk: Buffer) => socket.write(chunk))
  channel.on('end', () => socket.end())
  const input = pacedInput(channel, socket)
  const chunk = Buffer.alloc(256 * 1024)
  let [written, most] = [0, 0]
  const total = 128 * chunk.length
  const writing = (async () => {
    for (let sent = 0; sent < total; sent += chunk.length) {
      await new Promise((resolve) => input.write(chunk, resolve))
      written += chunk.length
      most = Math.max(most, socket.writableLength)
    }
    input.end()
  })()
  // The kernel's buffers are full, and the peer does not read.
  await vi.waitFor(() => expect(socket.writableNeedDrain).toBe(true))
  expect(written).toBeLessThan(total)
  let received = 0
  peer.on('data', (data: Buffer) => {
    received += data.length
  })
  peer.resume()
  await Promise.all([writing, once(peer, 'end')])
  expect(received).toBe(total)
  expect(most).toBeLessThanOrEqual(chunk.length)
})
