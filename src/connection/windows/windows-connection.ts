import { ps } from '../../shell/powershell/ps.ts'
import type { Output, PushSource } from '../../values/transfer.ts'
import { bounded } from '../bounded.ts'
import {
  type Become,
  type Connection,
  type ConnectionCounters,
  ConnectionError,
  DEADLINES,
  type Deadlines,
  type Step,
} from '../connection.ts'
import type { HostConnectionOptions } from '../host-connection.ts'
import type { Transport } from '../host-process.ts'
import { Ongoing } from '../ongoing.ts'
import { patiently } from '../patience.ts'
import type { Running } from '../shell/kill.ts'
import { MemoryBudget } from '../shell/memory-budget.ts'
import { ResidentShell, type Send } from '../shell/resident-shell.ts'
import type { ShellLanguage } from '../shell/shell-language.ts'
import { COMMAND_LINE, encodePush, encodeSteps, preamble } from './encode.ts'
import { explainWindowsStart } from './start-failure.ts'

/** A start takes a second, and several on a host that has just booted or lacks native images (facts/windows.md 2.8). */
const LEAST_START = 30

/** Seconds for what runs to be killed from a second channel, and for everything to end at the close. */
const KILL_TIMEOUT = 8
const CLOSE_TIMEOUT = 10

/** What a file's bytes count as: a step without a script. */
const NOTHING = ps``

/** A connection to a Windows host: one resident PowerShell, through which files go too, for a start costs a second. */
export class WindowsConnection implements Connection {
  readonly platform = 'windows'
  readonly #transport: Transport
  readonly #startTimeout: number
  readonly #deadlines: Deadlines
  readonly #budget = new MemoryBudget()
  readonly #ongoing: Ongoing
  #shell: ResidentShell | undefined
  #queue: Promise<unknown> = Promise.resolve()

  constructor(transport: Transport, options: HostConnectionOptions) {
    this.#transport = transport
    this.#ongoing = new Ongoing(transport)
    this.#startTimeout = Math.max(options.startTimeout, LEAST_START)
    this.#deadlines = options.deadlines ?? DEADLINES
  }

  get counters(): ConnectionCounters {
    return this.#ongoing.counters
  }

  request(become: Become | undefined, steps: readonly Step[], signal?: AbortSignal): Promise<Output[]> {
    refuse(become, this.#transport.label)
    if (steps.length === 0) return Promise.resolve([])
    return this.#inTurn(signal, async (either) => {
      const outputs: Output[] = []
      // A step that took too long takes the shell with it; those behind it go to the next one.
      while (outputs.length < steps.length) {
        const left = steps.slice(outputs.length)
        const shell = await this.#alive(either)
        this.#ongoing.requests += 1
        const got = await shell.request(left, either)
        const late = got.findIndex(({ timedOut }) => timedOut)
        outputs.push(...(late === -1 || !shell.dead ? got : got.slice(0, late + 1)))
      }
      return outputs
    })
  }

  push(become: Become | undefined, source: PushSource, path: string, signal?: AbortSignal): Promise<Output> {
    refuse(become, this.#transport.label)
    return this.#inTurn(signal, (either) => {
      const how = { seconds: this.#deadlines.push, label: this.#transport.label, signal: either }
      return patiently(source, how, async (watched, within) => {
        const send: Send = async (stdin, marks) => {
          const over = new Promise<void>((resolve) => {
            within.addEventListener('abort', () => resolve(), { once: true })
          })
          const write = (bytes: Buffer) =>
            Promise.race([over, new Promise<void>((resolve) => stdin.write(bytes, () => resolve()))])
          await write(encodePush(path, marks))
          for await (const part of watched.read()) {
            if (within.aborted) return
            await write(Buffer.concat([Buffer.from(`${part.length}\n`), part]))
          }
          await write(Buffer.from('0\n'))
        }
        const shell = await this.#alive(either)
        this.#ongoing.requests += 1
        return shell.transfer({ script: NOTHING }, send, within)
      })
    })
  }

  close(): Promise<void> {
    return this.#ongoing.close(CLOSE_TIMEOUT, () => this.#shell?.end())
  }

  /** One request at a time. */
  #inTurn<T>(signal: AbortSignal | undefined, work: (either: AbortSignal) => Promise<T>): Promise<T> {
    return this.#ongoing.track(signal, (either) => {
      const running = this.#queue.then(() => {
        this.#ongoing.refuseCancelled(either)
        return work(either)
      })
      this.#queue = running.catch(() => {})
      return running
    })
  }

  async #alive(signal: AbortSignal): Promise<ResidentShell> {
    if (this.#shell !== undefined && !this.#shell.dead) return this.#shell
    const { label } = this.#transport
    const process = await this.#transport.open(COMMAND_LINE, { signal, seconds: this.#deadlines.open })
    const language: ShellLanguage = {
      preamble: preamble(),
      encode: encodeSteps,
      explain: (failed) => explainWindowsStart(label, failed),
      diesWithStep: true,
    }
    this.#shell = new ResidentShell(process, {
      label,
      language,
      startTimeout: this.#startTimeout,
      readTimeout: this.#deadlines.read,
      budget: this.#budget,
      kill: (running) => this.#kill(running),
    })
    return this.#shell
  }

  /**
   * sshd ends a session's processes with its shell, and a shell that was told to end does not end while a program runs
   * (facts/windows.md 1.7): so from a second channel, without PowerShell, which takes a second to start.
   */
  async #kill({ shell }: Running): Promise<void> {
    const killing = this.#transport
      .open({ line: `taskkill.exe -F -T -PID ${shell}` }, { urgent: true, seconds: KILL_TIMEOUT })
      .then(async (process) => {
        process.stdout.resume()
        process.stderr.resume()
        process.stdin.end()
        await process.ended
      })
    if (!(await bounded(killing, KILL_TIMEOUT)))
      this.#transport.abandon(
        `the host does not answer: what ran there could not be ended in ${KILL_TIMEOUT} s`,
      )
  }
}

/** Administrators have their full rights over SSH, and no other user can be become without a password kept there. */
function refuse(become: Become | undefined, label: string): void {
  if (become === undefined) return
  throw new ConnectionError('become-refused', `${label}: ${become.method} is not to be had on Windows`, {
    hint: 'log in as an administrator, whose rights are full over SSH, and leave become out for Windows hosts (ansible_become: false)',
  })
}
