import type { Writable } from 'node:stream'
import type { Output } from '../../values/transfer.ts'
import { ConnectionError, type Step } from '../connection.ts'
import type { HostProcess, ProcessEnd } from '../host-process.ts'
import { OutputTail } from '../output-tail.ts'
import { FrameError, FrameReader } from './frame-reader.ts'
import type { RequestMarks } from './frames.ts'
import type { Running } from './kill.ts'
import type { MemoryBudget } from './memory-budget.ts'
import { newMarks, outputs, type Pending } from './pending.ts'
import type { ShellLanguage } from './shell-language.ts'

// More than 250 lines: the life of a shell and of the one request in it is told in one place, since each end of the one
// (frames, time, abort, process) has to be matched with every state of the other.

/** Bound on each of stdout and stderr of a step in bytes. */
const MOST_OUTPUT = 1 << 20

/** Milliseconds for a step to end after its processes were killed. */
const GRACE = 5_000

/** Sends a request by itself, such as a file's bytes. @throws what then ends the request */
export type Send = (stdin: Writable, marks: RequestMarks) => Promise<void>

export interface ResidentShellOptions {
  readonly label: string
  readonly language: ShellLanguage
  /** Seconds for the first frame to come. */
  readonly startTimeout: number
  /** Seconds for steps that only read and have no timeout of their own. */
  readonly readTimeout: number
  /** Bound on what all shells of the connection hold of outputs. */
  readonly budget: MemoryBudget
  /**
   * Kills what a step runs, or with `everything` the resident shell too, from outside. Bounded in time, never rejects.
   */
  readonly kill: (running: Running, everything: boolean) => Promise<void>
}

/**
 * A shell that stays: `/bin/sh`, or PowerShell. Requests are written to its standard input, and come back as frames: one round trip whatever
 * the number of steps. Takes one request at a time.
 */
export class ResidentShell {
  readonly #process: HostProcess
  readonly #options: ResidentShellOptions
  readonly #noise = { stdout: new OutputTail(), stderr: new OutputTail() }
  #pending: Pending | undefined
  /** A frame came: whatever stood in the way of the shell, login or sudo, is passed. */
  #spoke = false
  #end: ProcessEnd | undefined
  #givenUp = false

  constructor(process: HostProcess, options: ResidentShellOptions) {
    this.#process = process
    this.#options = options
    process.stdout.on('data', (chunk: Buffer) => this.#read(0, chunk))
    process.stderr.on('data', (chunk: Buffer) => this.#read(1, chunk))
    process.stdin.on('error', () => {})
    process.stdin.write(options.language.preamble)
    void process.ended.then((end) => {
      this.#end = end
      const pending = this.#pending
      // Killed with its step, as was meant.
      if (pending !== undefined && pending.timedOut.size > 0 && options.language.diesWithStep === true)
        pending.settled.resolve(outputs(pending))
      else if (pending?.aborted !== true) this.#fail(() => this.#lost(end))
    })
  }

  /** It can take no more requests. */
  get dead(): boolean {
    return this.#end !== undefined || this.#givenUp
  }

  /** @throws ConnectionError */
  request(steps: readonly Step[], signal?: AbortSignal): Promise<Output[]> {
    const marks = newMarks()
    const text = this.#options.language.encode(steps, marks)
    return this.#exchange(steps, marks, (stdin) => void stdin.write(text), signal)
  }

  /** A request that is one step, and is sent bit by bit. @throws ConnectionError, and what `send` throws */
  async transfer(step: Step, send: Send, signal?: AbortSignal): Promise<Output> {
    const marks = newMarks()
    const begin = (stdin: Writable) =>
      void send(stdin, marks).catch((error) => {
        this.#fail(() => error)
        this.#giveUp()
      })
    const [output] = await this.#exchange([step], marks, begin, signal)
    return output as Output
  }

  async #exchange(
    steps: readonly Step[],
    marks: RequestMarks,
    begin: (stdin: Writable) => void,
    signal: AbortSignal | undefined,
  ): Promise<Output[]> {
    const limits = steps.map((step) => step.maxOutput ?? MOST_OUTPUT)
    const ends = steps.map(() => 0)
    let done = 0
    const pending: Pending = {
      steps,
      readers: [0, 1].map(
        () =>
          new FrameReader(
            marks.nonce,
            limits,
            {
              onBegin: (index, step, shell) => this.#began(pending, index, { step, shell }),
              onEnd: (index) => {
                ends[index] = (ends[index] ?? 0) + 1
                if (ends[index] === 2) this.#ended(pending, index)
              },
              onDone: () => {
                done += 1
                if (done === 2) pending.settled.resolve(outputs(pending))
              },
            },
            this.#options.budget,
          ),
      ) as [FrameReader, FrameReader],
      began: [],
      seconds: [],
      timedOut: new Set(),
      settled: Promise.withResolvers(),
      speaks: Promise.withResolvers(),
      running: undefined,
      timer: undefined,
      aborted: false,
    }
    this.#pending = pending
    const silent = this.#spoke
      ? undefined
      : setTimeout(() => this.#silent(), this.#options.startTimeout * 1000)
    void pending.speaks.promise.then(() => clearTimeout(silent))
    const patience = this.#patience(steps)
    const overdue =
      patience === undefined
        ? undefined
        : setTimeout(() => void this.#overdue(pending, patience), patience * 1000)
    const onAbort = () => void this.#abort(pending)
    signal?.addEventListener('abort', onAbort)
    if (this.#end === undefined) begin(this.#process.stdin)
    else this.#fail(() => this.#lost(this.#end as ProcessEnd))
    try {
      return await pending.settled.promise
    } finally {
      this.#pending = undefined
      clearTimeout(silent)
      clearTimeout(overdue)
      clearTimeout(pending.timer)
      for (const { steps } of pending.readers) for (const { output } of steps) output.release()
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Lets the shell read the end of its input, which ends it when nothing runs. */
  end(): void {
    this.#process.stdin.end()
  }

  #read(stream: 0 | 1, chunk: Buffer): void {
    if (!this.#spoke) (stream === 0 ? this.#noise.stdout : this.#noise.stderr).push(chunk)
    try {
      this.#pending?.readers[stream].push(chunk)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      const message = `${this.#options.label}: the shell's answer cannot be read: ${error.message}`
      this.#fail(() => new ConnectionError('protocol', message, { started: true }))
      this.#giveUp()
    }
  }

  #began(pending: Pending, index: number, running: Running): void {
    this.#spoke = true
    pending.speaks.resolve()
    if (pending.began[index] !== undefined) return
    pending.began[index] = performance.now()
    pending.running = running
    const { timeout, contained } = pending.steps[index] as Step
    const { readTimeout } = this.#options
    clearTimeout(pending.timer)
    if (timeout !== undefined)
      pending.timer = setTimeout(() => void this.#timeOut(pending, index), timeout * 1000)
    else if (contained)
      pending.timer = setTimeout(() => void this.#overdue(pending, readTimeout), readTimeout * 1000)
  }

  /**
   * Seconds for the whole request; undefined where a step may take as long as it likes. A host that goes silent before
   * a step begins has no other bound.
   */
  #patience(steps: readonly Step[]): number | undefined {
    let seconds = 0
    for (const { timeout, contained } of steps) {
      if (timeout !== undefined) seconds += timeout + (2 * GRACE) / 1000
      else if (!contained) return undefined
    }
    return seconds + this.#options.readTimeout
  }

  #ended(pending: Pending, index: number): void {
    pending.seconds[index] = (performance.now() - (pending.began[index] ?? 0)) / 1000
    // The last word on one stream may come after the next step began on the other.
    if (index === pending.began.length - 1) clearTimeout(pending.timer)
  }

  async #timeOut(pending: Pending, index: number): Promise<void> {
    pending.timedOut.add(index)
    if (pending.running !== undefined) await this.#options.kill(pending.running, false)
    if (pending.seconds[index] !== undefined || this.#pending !== pending) return
    pending.timer = setTimeout(() => {
      const message = `${this.#options.label}: a step that took too long cannot be killed`
      this.#fail(
        () =>
          new ConnectionError('lost', message, { started: true, hint: 'look for its processes on the host' }),
      )
      this.#giveUp()
    }, GRACE)
  }

  /** The host is reached and does not answer. What only reads has done nothing. */
  async #overdue(pending: Pending, seconds: number): Promise<void> {
    if (this.#pending !== pending || pending.aborted) return
    pending.aborted = true
    if (pending.running !== undefined) await this.#options.kill(pending.running, true)
    const message = `${this.#options.label}: no answer within ${seconds} s`
    const started = pending.steps.some(({ contained }) => contained !== true)
    const hint =
      'look at the load of the host and at network file systems that hang; muster_read_timeout sets the time'
    this.#fail(() => new ConnectionError('timeout', message, { started, hint }))
    this.#giveUp()
  }

  async #abort(pending: Pending): Promise<void> {
    pending.aborted = true
    // The text is on its way and would run to its end: wait until there is something to kill.
    const patience = Promise.withResolvers<void>()
    const timer = setTimeout(patience.resolve, GRACE)
    await Promise.race([pending.speaks.promise, pending.settled.promise.catch(() => {}), patience.promise])
    clearTimeout(timer)
    if (this.#pending !== pending) return
    if (pending.running !== undefined) await this.#options.kill(pending.running, true)
    const message = `${this.#options.label}: cancelled`
    this.#fail(() => new ConnectionError('cancelled', message, { started: true }))
    this.#giveUp()
  }

  #silent(): void {
    this.#fail(() => this.#explain(undefined))
    this.#giveUp()
  }

  #giveUp(): void {
    this.#givenUp = true
    this.#process.destroy()
  }

  #fail(error: () => Error): void {
    this.#pending?.settled.reject(error())
  }

  #lost(end: ProcessEnd): ConnectionError {
    if (!this.#spoke && end.connectionLost !== true && end.signal === null) return this.#explain(end)
    const why =
      end.reason ?? (end.code === null ? `it was killed by ${end.signal}` : `exit status ${end.code}`)
    return new ConnectionError('lost', `${this.#options.label}: lost while a script ran: ${why}`, {
      started: true,
    })
  }

  #explain(end: ProcessEnd | undefined): ConnectionError {
    const { language, startTimeout } = this.#options
    return language.explain({
      end,
      waited: startTimeout,
      stdout: this.#noise.stdout.bytes,
      stderr: this.#noise.stderr.bytes,
    })
  }
}
