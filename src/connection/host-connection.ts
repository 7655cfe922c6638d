import type { Output, PushSource } from '../values/transfer.ts'
import { bounded } from './bounded.ts'
import {
  type Become,
  type Connection,
  type ConnectionCounters,
  ConnectionError,
  DEADLINES,
  type Deadlines,
  type Step,
} from './connection.ts'
import type { HostProcess, OpenOptions, Transport } from './host-process.ts'
import { Ongoing } from './ongoing.ts'
import { patiently } from './patience.ts'
import { identityKey, SHELL } from './shell/identity.ts'
import { killScript, type Running } from './shell/kill.ts'
import { MemoryBudget } from './shell/memory-budget.ts'
import { stream } from './shell/push.ts'
import { ResidentShell } from './shell/resident-shell.ts'
import { posixLanguage } from './shell/shell-language.ts'
import { type Program, receiveInto, start } from './shell/start.ts'
import { TerminalRequired } from './shell/start-failure.ts'

/** Resident shells kept at once. The rest of a connection's channels is for pushes and for killing. */
const MOST_SHELLS = 3

/** Seconds for a step to be killed from a second channel. */
const KILL_TIMEOUT = 5

/** Seconds for everything to end when the connection is closed. */
const CLOSE_TIMEOUT = 8

/** The resident shell of one identity, and the end of the queue before it. */
interface ShellSlot {
  shell: ResidentShell | undefined
  queue: Promise<void>
  waiting: number
}

export interface HostConnectionOptions {
  /** Seconds for a shell to speak and for sudo to ask. */
  readonly startTimeout: number
  readonly deadlines?: Deadlines | undefined
  /** The POSIX shell of the host. Default `/bin/sh`. */
  readonly shell?: string | undefined
}

/** A connection to one host over any transport: resident shells an identity, pushes beside them. */
export class HostConnection implements Connection {
  readonly platform = 'posix'
  readonly #transport: Transport
  readonly #options: HostConnectionOptions
  readonly #deadlines: Deadlines
  readonly #budget = new MemoryBudget()
  readonly #slots = new Map<string, ShellSlot>()
  readonly #ongoing: Ongoing
  /** sudo turned out to insist on a terminal. */
  #terminal = false

  constructor(transport: Transport, options: HostConnectionOptions) {
    this.#transport = transport
    this.#ongoing = new Ongoing(transport)
    this.#options = options
    this.#deadlines = options.deadlines ?? DEADLINES
  }

  get counters(): ConnectionCounters {
    return this.#ongoing.counters
  }

  request(become: Become | undefined, steps: readonly Step[], signal?: AbortSignal): Promise<Output[]> {
    if (steps.length === 0) return Promise.resolve([])
    return this.#ongoing.track(signal, async (either) => {
      const slot = this.#slot(become)
      const before = slot.queue
      const over = Promise.withResolvers<void>()
      slot.queue = over.promise
      slot.waiting += 1
      try {
        await Promise.race([before, aborted(either)])
        this.#ongoing.refuseCancelled(either)
        return await this.#onTerminalIfNeeded(async () => {
          const shell = await this.#shellOf(slot, become, either)
          this.#ongoing.refuseCancelled(either)
          this.#ongoing.requests += 1
          return shell.request(steps, either)
        })
      } finally {
        slot.waiting -= 1
        this.#evict()
        // Given up while others ran: the next one still has to wait for them.
        void before.then(over.resolve)
      }
    })
  }

  push(become: Become | undefined, source: PushSource, path: string, signal?: AbortSignal): Promise<Output> {
    return this.#ongoing.track(signal, async (either) => {
      this.#ongoing.refuseCancelled(either)
      const how = { seconds: this.#deadlines.push, label: this.#transport.label, signal: either }
      return patiently(source, how, (watched, within) =>
        this.#onTerminalIfNeeded(async () => {
          const process = await this.#startProgram(become, receiveInto(path), { signal: either })
          return stream(process, how.label, watched, within)
        }),
      )
    })
  }

  close(): Promise<void> {
    return this.#ongoing.close(CLOSE_TIMEOUT, () => {
      for (const slot of this.#slots.values()) slot.shell?.end()
    })
  }

  #slot(become: Become | undefined): ShellSlot {
    const key = identityKey(become)
    const slot = this.#slots.get(key) ?? { shell: undefined, queue: Promise.resolve(), waiting: 0 }
    // Moved to the end: the first in the map was used the longest ago.
    this.#slots.delete(key)
    this.#slots.set(key, slot)
    return slot
  }

  async #shellOf(slot: ShellSlot, become: Become | undefined, signal: AbortSignal): Promise<ResidentShell> {
    if (slot.shell !== undefined && !slot.shell.dead) return slot.shell
    slot.shell = await this.#start(become, { signal })
    return slot.shell
  }

  /** Nothing of the work was done when it turned out that a terminal is needed. */
  async #onTerminalIfNeeded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof TerminalRequired)) throw error
      this.#terminal = true
      return work().catch((again) => {
        if (!(again instanceof ConnectionError) || !/^(become-refused|no-shell)$/.test(again.reason))
          throw again
        throw new ConnectionError('become-refused', `${error.message}; ${again.message}`, {
          hint: error.hint ?? '',
        })
      })
    }
  }

  /** Ends the shell that was used the longest ago when there are too many, so that others get its channel. */
  #evict(): void {
    const used = [...this.#slots.values()].filter(({ shell }) => shell !== undefined && !shell.dead)
    const idle = used.find(({ waiting }) => waiting === 0)
    if (used.length <= MOST_SHELLS || idle === undefined) return
    idle.shell?.end()
    idle.shell = undefined
  }

  #startProgram(
    become: Become | undefined,
    program: Program,
    options: Pick<OpenOptions, 'signal' | 'urgent'>,
  ): Promise<HostProcess> {
    const { startTimeout, shell = SHELL } = this.#options
    const seconds = this.#deadlines.open
    return start(this.#transport, become, program, {
      startTimeout,
      shell,
      seconds,
      terminal: this.#terminal,
      ...options,
    })
  }

  async #start(
    become: Become | undefined,
    options: Pick<OpenOptions, 'signal' | 'urgent'>,
  ): Promise<ResidentShell> {
    const process = await this.#startProgram(become, { script: null }, options)
    return new ResidentShell(process, {
      label: this.#transport.label,
      language: posixLanguage(this.#transport.label, become),
      startTimeout: this.#options.startTimeout,
      readTimeout: this.#deadlines.read,
      budget: this.#budget,
      kill: (running, everything) => this.#kill(become, running, everything),
    })
  }

  /**
   * From a shell of its own: the resident one is busy. A host that does not even do that does not answer any more, so
   * the connection is given up.
   */
  async #kill(become: Become | undefined, running: Running, everything: boolean): Promise<void> {
    const killing = this.#start(become, { urgent: true }).then(async (shell) => {
      await shell.request([{ script: killScript(become, running, everything), contained: true }])
      shell.end()
    })
    if (!(await bounded(killing, KILL_TIMEOUT)) && everything) {
      this.#transport.abandon(
        `the host does not answer: what ran there could not be ended in ${KILL_TIMEOUT} s`,
      )
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
