import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a command cost on this machine. Times are seconds. */
export interface Measured {
  readonly stdout: string
  readonly seconds: number
  /** CPU time of the command and of everything it started and waited for. */
  readonly cpu: number
  /** Peak memory of the command itself in MiB, where it is a Node program that {@link measure} was told of. */
  readonly memory: number | undefined
}

/** How a command is started. */
export interface MeasureOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly stdin?: string
}

/**
 * Runs a command to its end and measures it with the shell's `time`, which counts the CPU of children too.
 *
 * @throws Error with what it printed when its exit status is not 0
 */
export async function measure(command: readonly string[], options: MeasureOptions = {}): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-bench-'))
  const [times, usage] = [join(folder, 'times'), join(folder, 'usage')]
  try {
    const script = `exec 3>&2; { time "$@" 2>&3; } 2>${times}`
    const child = spawn('bash', ['-c', script, 'bash', ...command], {
      env: { ...process.env, ...options.environment, TIMEFORMAT: '%3R %3U %3S', MUSTER_BENCH_USAGE: usage },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.stdin.end(options.stdin ?? '')
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve, reject) => {
        child.on('error', reject)
        child.on('close', resolve)
      }),
    ])
    if (code !== 0)
      throw new Error(
        `exit status ${code} of: ${command.join(' ').slice(0, 300)}\n${stdout.slice(-4000)}${stderr.slice(-4000)}`,
      )
    const [real = 0, user = 0, system = 0] = (await readFile(times, 'utf8')).trim().split(' ').map(Number)
    const peak = await readFile(usage, 'utf8').catch(() => undefined)
    return {
      stdout,
      seconds: real,
      cpu: user + system,
      memory: peak === undefined ? undefined : Number(peak),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}
