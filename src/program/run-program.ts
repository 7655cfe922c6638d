import { spawn } from 'node:child_process'

/** What a program on the controller left behind. */
export interface ProgramResult {
  /** Exit status; null when it was ended by a signal or by muster. */
  readonly status: number | null
  readonly stdout: Buffer
  /** The beginning of what it said; for messages. */
  readonly stderr: string
  /** Why muster ended it, or why it could not be started; undefined when it ran to its own end. */
  readonly failure: string | undefined
  /** The system's code of a program that could not be started: `EACCES`, `ENOENT`, `ENOEXEC`. */
  readonly code?: string | undefined
}

export interface ProgramBounds {
  /** Seconds. */
  readonly timeout: number
  /** Bytes of stdout. */
  readonly mostOutput: number
  readonly input?: string | Buffer
  readonly environment?: Readonly<Record<string, string | undefined>>
}

const MOST_ERRORS = 64 * 1024

/**
 * Runs a program of the controller's owner (a script that gives an inventory or a password, `sops`) with a deadline and
 * a bound on its output. It gets no terminal's input unless `input` is given; with it end all programs it started.
 */
export function runProgram(
  file: string,
  args: readonly string[],
  { timeout, mostOutput, input, environment = process.env }: ProgramBounds,
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let size = 0
    let errors = 0
    let failure: string | undefined
    // A group of its own, so that what it started ends with it.
    const child = spawn(file, args, {
      detached: true,
      env: { ...environment },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    const end = (why: string) => {
      failure ??= why
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended meanwhile.
      }
      child.stdout?.destroy()
      child.stderr?.destroy()
    }
    const deadline = setTimeout(() => end(`gave no answer within ${timeout} s`), timeout * 1000)
    const finish = (status: number | null, code?: string) => {
      clearTimeout(deadline)
      const said = Buffer.concat(stderr).toString('utf8')
      resolve({ status, stdout: Buffer.concat(stdout), stderr: said, failure, code })
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      failure ??= `cannot be started: ${error.message}`
      finish(null, error.code)
    })
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > mostOutput) end(`printed more than ${mostOutput} bytes`)
      else stdout.push(chunk)
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      if (errors < MOST_ERRORS) stderr.push(chunk.subarray(0, MOST_ERRORS - errors))
      errors += chunk.length
    })
    child.once('close', (status) => finish(failure === undefined ? status : null))
    if (input !== undefined) {
      // A program that reads no input closes its end.
      child.stdin?.on('error', () => {})
      child.stdin?.end(input)
    }
  })
}
