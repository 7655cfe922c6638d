import { spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import { bounded } from '../bounded.ts'
import { OutputTail } from '../output-tail.ts'
import type { Road } from './road.ts'

/** Seconds to wait for what a program says when it fails. */
const LAST_WORDS = 0.5

/** A program whose standard input and output lead to the host, as OpenSSH runs its ProxyCommand: by the user's shell. */
export function openProxyCommand(command: string): Road {
  const shell = process.env['SHELL'] || '/bin/sh'
  // A group of its own: Ctrl-C is muster's to act upon, and the end has to reach the shell's children too.
  const child = spawn(shell, ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const words = new OutputTail()
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const traffic = { sent: 0, received: 0 }
  child.stderr.on('data', (chunk: Buffer) => words.push(chunk))
  child.stdin.on('error', () => {})
  child.stdout.on('data', (chunk: Buffer) => {
    traffic.received += chunk.length
    if (!stream.push(chunk)) child.stdout.pause()
  })
  child.stdout.on('end', () => stream.push(null))
  child.on('error', (error) => stream.destroy(error))
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => void child.stdout.resume(),
    write: (chunk: Buffer, _, callback) => {
      traffic.sent += chunk.length
      child.stdin.write(chunk, (error) => callback(error))
    },
    final: (callback) => child.stdin.end(callback),
    destroy: (error, callback) => {
      try {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
      } catch {
        // It has ended by itself.
      }
      callback(error)
    },
  })
  return { stream, traffic: () => traffic, said: lastWords }

  /** Its last words may come after the end of its output. */
  async function lastWords(): Promise<Buffer> {
    await bounded(closed, LAST_WORDS)
    return words.bytes
  }
}
