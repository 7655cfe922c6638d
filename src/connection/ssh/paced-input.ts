import { type Duplex, Writable } from 'node:stream'

/** Bytes that may wait before a writer is asked to pause. */
const WAITING = 64 * 1024

/**
 * A channel's input that also heeds the socket below. ssh2 passes its back-pressure on to nobody: it encrypts as much as
 * the host's window takes, 2 MiB a channel, and leaves that in the socket's buffer, which for a fleet that gets a
 * large file is most of the memory of the run.
 */
export function pacedInput(channel: Duplex, socket: Duplex): Writable {
  return new Writable({
    highWaterMark: WAITING,
    write(chunk: Buffer, _encoding, done) {
      channel.write(chunk, (error) => {
        if (error == null && socket.writableNeedDrain) socket.once('drain', () => done())
        else done(error)
      })
    },
    final(done) {
      channel.end()
      done()
    },
  })
}
