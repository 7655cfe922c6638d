import type { Output, PushSource } from '../../values/transfer.ts'
import { ConnectionError } from '../connection.ts'
import type { HostProcess } from '../host-process.ts'
import { OutputTail } from '../output-tail.ts'

/**
 * Streams a file's bytes into a process on the host, no faster than it takes them, and waits for its end.
 *
 * @throws ConnectionError when the process ended without a status, or the signal came; and what the source throws
 */
export async function stream(
  process: HostProcess,
  label: string,
  source: PushSource,
  signal?: AbortSignal,
): Promise<Output> {
  const began = performance.now()
  const stdout = new OutputTail()
  const stderr = new OutputTail()
  process.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  process.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  process.stdin.on('error', () => {})
  // Waiting for either of two: a race of promises would leave a reaction on the longer one for every chunk.
  let over = false
  let wake = () => {}
  const stop = () => {
    over = true
    wake()
  }
  void process.ended.then(stop)
  signal?.addEventListener('abort', stop, { once: true })
  try {
    signal?.throwIfAborted()
    for await (const chunk of source.read()) {
      if (over) break
      await new Promise<void>((resolve) => {
        wake = resolve
        process.stdin.write(chunk, () => resolve())
      })
    }
    process.stdin.end()
    if (!over)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    signal?.throwIfAborted()
  } catch (error) {
    process.destroy()
    if (signal?.aborted) throw new ConnectionError('cancelled', `${label}: cancelled`, { started: true })
    throw error
  }
  const end = await process.ended
  if (end.code === null) {
    const why = end.reason ?? (end.signal === null ? 'no exit status' : `killed by ${end.signal}`)
    throw new ConnectionError('lost', `${label}: lost while a file was sent: ${why}`, { started: true })
  }
  return {
    rc: end.code,
    stdout: stdout.bytes,
    stderr: stderr.bytes,
    seconds: (performance.now() - began) / 1000,
    truncated: false,
    timedOut: false,
  }
}
