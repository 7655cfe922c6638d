import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const PROGRAM = join(import.meta.dirname, '../../bin/muster.js')

/** One event of `--json`, as a pipeline reads it. */
export interface Told {
  readonly type: string
  readonly host?: string
  readonly task?: string
  readonly status?: string
  readonly message?: string
  readonly hint?: string
  readonly item?: string
  readonly what?: string
  readonly id?: string
  readonly limit?: number
  readonly phase?: string
  readonly reason?: string
  readonly result?: Readonly<Record<string, unknown>>
}

/** How a run of the command ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** Lines of stdout as JSON; empty without `--json`. */
  readonly events: readonly Told[]
}

/** The last event of a run that was not killed. */
export interface Summary {
  readonly exitCode: number
  readonly recap: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly failures: readonly {
    readonly host: string
    readonly task?: string
    readonly status: string
    readonly message: string
    readonly hint?: string
  }[]
  readonly cost: {
    readonly handshakes: number
    readonly channels: number
    readonly requests: number
    readonly bytesSent: number
  }
  readonly journal: string
}

export interface MusterOptions {
  readonly environment: Readonly<Record<string, string>>
  readonly cwd?: string
  /** For standard input, which is closed after it. */
  readonly stdin?: string
}

/** The real command, running. */
export class RunningMuster {
  readonly pid: number
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  readonly #events: Told[] = []
  #look: () => void = () => {}

  constructor(words: readonly string[], { environment, cwd, stdin = '' }: MusterOptions) {
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      stdio: 'pipe',
      ...(cwd === undefined ? {} : { cwd }),
      // Nothing of this machine's user decides: neither keys, nor agents, nor AWS profiles.
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...environment },
    })
    this.#child = child
    this.pid = child.pid ?? 0
    child.stdin.on('error', () => {})
    child.stdin.end(stdin)
    const output = { stdout: '', stderr: '' }
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      output.stdout += `${line}\n`
      if (!line.startsWith('{')) return
      this.#events.push(JSON.parse(line) as Told)
      this.#look()
    })
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal, ...output, events: this.#events }))
    })
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Waits for an event; rejects when the run ends without it. */
  async until(wanted: (event: Told) => boolean): Promise<Told> {
    const seen = Promise.withResolvers<Told>()
    let looked = 0
    this.#look = () => {
      for (; looked < this.#events.length; looked += 1) {
        const event = this.#events[looked] as Told
        if (wanted(event)) seen.resolve(event)
      }
    }
    this.#look()
    void this.ended.then(({ stdout, stderr }) =>
      seen.reject(new Error(`muster ended without the event:\n${stdout}${stderr}`)),
    )
    return seen.promise
  }
}

/** The summary of a run with `--json`. @throws Error with what was printed when there is none */
export function summaryOf(ended: Ended): Summary {
  const last = ended.events.at(-1)
  if (last?.type !== 'run-ended')
    throw new Error(`muster ended with ${ended.code} and no summary:\n${ended.stdout}${ended.stderr}`)
  return last as unknown as Summary
}
