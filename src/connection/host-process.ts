import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

/** How a process on the host ended. Both null: nobody knows (the connection died), which is never success. */
export interface ProcessEnd {
  readonly code: number | null
  /** `SIGTERM` and the like. */
  readonly signal: string | null
  /** Why there is no status, in words for a person: `connection reset by peer`. */
  readonly reason?: string
  /** The connection died with it, so nothing is known of how it ended. */
  readonly connectionLost?: true
}

/** A process on the host with its three streams, whatever carries them. */
export interface HostProcess {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Settles once, after the last output; never rejects. */
  readonly ended: Promise<ProcessEnd>
  /** Its terminal, where it has one beside its streams. */
  readonly terminal?: Pick<HostProcess, 'stdin' | 'stdout'>
  /** Lets go of the streams at once. What runs on the host may go on. */
  destroy(): void
}

/** How to open a process on a host. */
export interface OpenOptions {
  /** Seconds for the host to open a channel; the connection is given up after them. Default: the transport's. */
  readonly seconds?: number
  readonly signal?: AbortSignal
  /** Does not wait until others let go of their channels. */
  readonly urgent?: boolean
  /** A terminal is its standard input and output; standard error stays empty. */
  readonly terminal?: boolean
}

/** A whole command line, as the host's own shell reads it, whichever that is. */
export interface CommandLine {
  readonly line: string
}

/** What carries processes to a host: an SSH connection, or local children. */
export interface Transport {
  /** For messages: `web1 (10.0.0.7:22)`. */
  readonly label: string
  readonly counters: { handshakes: number; channels: number }
  /** Bytes that crossed so far, both ways. */
  traffic(): { readonly sent: number; readonly received: number }
  /** What the host's SSH server called itself, where that is known: `OpenSSH_9.6p1 Ubuntu-3`. */
  readonly server?: string | undefined
  /**
   * @param command the program and its arguments, for a POSIX host; or a line for any
   * @throws ConnectionError
   */
  open(command: readonly string[] | CommandLine, options?: OpenOptions): Promise<HostProcess>
  /** Gives the connection up at once: whatever runs over it ends as lost, for that reason. */
  abandon(reason: string): void
  /** Lets go of everything, bounded in time. Never throws. */
  close(): Promise<void>
}

/** Milliseconds without output after which the pipes of a child that has exited count as empty. */
const QUIET = 50

/** A child of this process (a local shell, `docker exec -i`) as a host's process. */
export function fromChild(child: ChildProcess): HostProcess {
  const { stdin, stdout, stderr } = child
  if (stdin === null || stdout === null || stderr === null) {
    throw new TypeError('the child needs pipes for stdin, stdout and stderr')
  }
  // EPIPE after the child's end: its end says more.
  stdin.on('error', () => {})
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, reason: error.message }))
    child.once('exit', (code, signal) => {
      // `close` waits for every holder of the pipes, and a process left behind may hold them for ever. What the child
      // itself wrote is in the pipes by now: they are empty when nothing came for a moment.
      const settle = () => resolve({ code, signal })
      let timer = setTimeout(settle, QUIET)
      for (const stream of [stdout, stderr]) {
        stream.on('data', () => {
          clearTimeout(timer)
          timer = setTimeout(settle, QUIET)
        })
      }
      child.once('close', () => {
        clearTimeout(timer)
        settle()
      })
    })
  })
  return {
    stdin,
    stdout,
    stderr,
    ended,
    destroy() {
      stdin.destroy()
      stdout.destroy()
      stderr.destroy()
      child.kill('SIGKILL')
    },
  }
}
