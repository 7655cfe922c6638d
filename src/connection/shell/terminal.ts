import { randomBytes } from 'node:crypto'
import { PassThrough, type Readable } from 'node:stream'
import { bounded } from '../bounded.ts'
import { ConnectionError } from '../connection.ts'
import type { HostProcess, OpenOptions, ProcessEnd, Transport } from '../host-process.ts'
import { OutputTail } from '../output-tail.ts'

/*
 * sudo's requiretty asks for a controlling terminal, not for streams that are one. A terminal as the streams would join
 * stdout and stderr, change line ends and bytes, and break the frames. So two channels: one without a terminal, whose
 * process does nothing but hold its pipes, and one with a terminal, whose program gets these pipes for its streams.
 */

const HOLDER = `[ -p /proc/$$/fd/0 ] && [ -p /proc/$$/fd/1 ] && [ -p /proc/$$/fd/2 ] || { echo "no pipes for streams" >&2; exit 1; }
echo "$1 $$ $1"
exec sleep 1000000000`

/** The holder ends whatever happens, also when the terminal goes away with the connection. */
const PROGRAM = `holder=$1
shift
trap 'kill -9 "$holder"' EXIT
trap 'exit 129' HUP
"$@" <"/proc/$holder/fd/0" >"/proc/$holder/fd/1" 2>"/proc/$holder/fd/2"`

/** Seconds for the pipes to end after the program. */
const LINGER = 2

/**
 * Starts a program that has a controlling terminal on the host, and pipes for its streams.
 *
 * @param seconds for the first channel to be ready
 * @throws ConnectionError
 */
export async function openWithTerminal(
  transport: Transport,
  words: readonly string[],
  seconds: number,
  options: OpenOptions,
): Promise<HostProcess> {
  const mark = randomBytes(16).toString('hex')
  const pipes = await transport.open(['/bin/sh', '-c', HOLDER, 'sh', mark], options)
  try {
    const holder = await holderOf(pipes, mark, transport.label, seconds)
    // Not counted: each that waited for its second channel while it has the first would wait for ever.
    const opened = { ...options, terminal: true, urgent: true }
    const program = await transport.open(['/bin/sh', '-c', PROGRAM, 'sh', holder, ...words], opened)
    return joined(pipes, program)
  } catch (error) {
    pipes.destroy()
    throw error
  }
}

async function holderOf(pipes: HostProcess, mark: string, label: string, seconds: number): Promise<string> {
  const said = { stdout: new OutputTail(), stderr: new OutputTail() }
  const found = Promise.withResolvers<string>()
  const refuse = (why: string) =>
    found.reject(
      new ConnectionError('become-refused', `${label}: sudo wants a terminal, and none can be had: ${why}`, {
        hint: 'add `Defaults:LOGIN_USER !requiretty` to sudoers on the host',
      }),
    )
  const listen = (stream: Readable, tail: OutputTail) => {
    const onData = (chunk: Buffer) => {
      tail.push(chunk)
      const [, pid] = new RegExp(`${mark} (\\d+) ${mark}\\n`).exec(tail.bytes.toString('latin1')) ?? []
      if (pid !== undefined) found.resolve(pid)
    }
    stream.on('data', onData)
    return () => stream.off('data', onData)
  }
  const stop = [listen(pipes.stdout, said.stdout), listen(pipes.stderr, said.stderr)]
  const timer = setTimeout(() => refuse(`nothing came within ${seconds} s`), seconds * 1000)
  void pipes.ended.then(() => refuse(said.stderr.bytes.toString('latin1').trim() || 'it ended at once'))
  try {
    return await found.promise
  } finally {
    clearTimeout(timer)
    for (const off of stop) off()
  }
}

/** The streams of the one, the end of the other. */
function joined(pipes: HostProcess, program: HostProcess): HostProcess {
  const said = new OutputTail()
  program.stdout.on('data', (chunk: Buffer) => said.push(chunk))
  program.stderr.on('data', () => {})
  program.stdin.on('error', () => {})
  const stderr = new PassThrough()
  pipes.stderr.pipe(stderr, { end: false })
  const ended = program.ended.then(async (end): Promise<ProcessEnd> => {
    await bounded(pipes.ended, LINGER)
    pipes.destroy()
    // What never got the pipes has told the terminal why.
    if (end.code !== 0) stderr.write(said.bytes)
    stderr.end()
    return end
  })
  return {
    stdin: pipes.stdin,
    stdout: pipes.stdout,
    stderr,
    ended,
    terminal: program,
    destroy() {
      pipes.destroy()
      program.destroy()
    },
  }
}
