import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { cancelled } from './answer-within.ts'
import { bounded } from './bounded.ts'
import { type Connection, ConnectionError } from './connection.ts'
import { HostConnection, type HostConnectionOptions } from './host-connection.ts'
import {
  type CommandLine,
  fromChild,
  type HostProcess,
  type OpenOptions,
  type Transport,
} from './host-process.ts'

/** Seconds for children to end when the connection is closed. */
const CLOSE_TIMEOUT = 2

/** Starts a process with pipes for stdin, stdout and stderr from its words. */
export type Spawn = (words: readonly string[]) => ChildProcess

/** `kind: local`: this machine, without SSH, by the same resident shell. */
export function connectLocally(
  label = 'localhost',
  options: Partial<HostConnectionOptions> = {},
): Connection {
  return connectThrough(
    // A session of its own, as over SSH: signals of a terminal (Ctrl-C) are muster's to act upon.
    (words) => spawn(words[0] as string, words.slice(1), { detached: true, stdio: 'pipe' }),
    label,
    options,
  )
}

/**
 * A connection whose shells are children that the caller starts, for example in a container:
 * `connectThrough((words) => spawn('docker', ['exec', '-i', container, ...words]))`.
 */
export function connectThrough(
  spawnWords: Spawn,
  label = 'localhost',
  options: Partial<HostConnectionOptions> = {},
): Connection {
  return new HostConnection(new ChildTransport(spawnWords, label), { startTimeout: 10, ...options })
}

class ChildTransport implements Transport {
  readonly label: string
  readonly counters = { handshakes: 0, channels: 0 }
  readonly #spawn: Spawn
  readonly #running = new Map<HostProcess, ChildProcess>()
  /** Of the children that have ended. */
  readonly #ended = { sent: 0, received: 0 }

  constructor(spawnWords: Spawn, label: string) {
    this.#spawn = spawnWords
    this.label = label
  }

  traffic(): { readonly sent: number; readonly received: number } {
    const total = { ...this.#ended }
    for (const child of this.#running.values()) add(total, child)
    return total
  }

  async open(command: readonly string[] | CommandLine, options: OpenOptions = {}): Promise<HostProcess> {
    if (options.signal?.aborted) throw cancelled(this.label)
    if (options.terminal) {
      throw new ConnectionError(
        'become-refused',
        `${this.label}: sudo wants a terminal, which local hosts do not get`,
        {
          hint: 'add `Defaults:USER !requiretty` to sudoers, or reach this machine over ssh',
        },
      )
    }
    if ('line' in command)
      throw new ConnectionError('no-shell', `${this.label}: Windows is reached over ssh, not locally`)
    this.counters.channels += 1
    let child: ChildProcess
    try {
      child = this.#spawn(command)
    } catch (error) {
      throw new ConnectionError('no-shell', `${this.label}: ${(error as Error).message}`)
    }
    const process = fromChild(child)
    this.#running.set(process, child)
    void process.ended.then(() => {
      this.#running.delete(process)
      add(this.#ended, child)
    })
    return process
  }

  abandon(): void {
    for (const process of this.#running.keys()) process.destroy()
  }

  async close(): Promise<void> {
    const processes = [...this.#running.keys()]
    for (const process of processes) process.destroy()
    // sudo's child is not ours to kill; it ends by itself when its input does.
    await bounded(Promise.all(processes.map((process) => process.ended)), CLOSE_TIMEOUT)
  }
}

/** A child's pipes are sockets, which count. */
function add(total: { sent: number; received: number }, child: ChildProcess): void {
  total.sent += (child.stdin as Socket).bytesWritten
  total.received += (child.stdout as Socket).bytesRead + (child.stderr as Socket).bytesRead
}
