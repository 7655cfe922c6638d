import { randomBytes } from 'node:crypto'
import { quote } from '../shell/quote.ts'
import { type Become, ConnectionError } from './connection.ts'
import type { HostProcess, OpenOptions, Transport } from './host-process.ts'
import { describeIdentity, startWords } from './identity.ts'
import { OutputTail } from './output-tail.ts'
import { explainStart } from './start-failure.ts'
import { openWithTerminal } from './terminal.ts'

/** What to run once the identity is taken on. */
export interface Program {
  /** Shell text without a newline; null is a shell that reads its commands from standard input. */
  readonly script: string | null
  readonly words?: readonly string[]
}

/** How to start a program as an identity. */
export interface StartOptions extends OpenOptions {
  /** Seconds after which a sudo that asks nothing and starts nothing is given up. */
  readonly startTimeout: number
  /** The POSIX shell that takes over. */
  readonly shell: string
  /** sudo insists on a controlling terminal. */
  readonly terminal?: boolean
}

/**
 * Starts a program on the host as that identity. When sudo may ask for a password, it is answered once, over standard
 * input, and the promise waits until the program runs; else nothing is waited for.
 *
 * @throws ConnectionError
 */
export async function start(
  transport: Transport,
  become: Become | undefined,
  program: Program,
  options: StartOptions,
): Promise<HostProcess> {
  const { startTimeout: seconds, shell, terminal, ...opening } = options
  const open = (words: readonly string[]) =>
    terminal && become !== undefined
      ? openWithTerminal(transport, words, seconds, opening)
      : transport.open(words, opening)
  const nonce = randomBytes(16).toString('hex')
  const prompt = `muster-asks-${nonce}:`
  if (become?.password === undefined) {
    const shellArguments =
      program.script === null ? [] : ['-c', program.script, 'sh', ...(program.words ?? [])]
    return open(startWords(become, prompt, shell, shellArguments))
  }
  const ready = `muster-runs-${nonce}`
  const script = `echo ${ready}; ${program.script ?? `exec ${quote(shell)}`}`
  const words = startWords(become, prompt, shell, ['-c', script, 'sh', ...(program.words ?? [])])
  const process = await open(words)
  try {
    await answerPrompt(process, transport.label, become, become.password.revealText(), {
      prompt,
      ready,
      seconds,
    })
  } catch (error) {
    process.destroy()
    throw error
  }
  return process
}

async function answerPrompt(
  process: HostProcess,
  label: string,
  become: Become,
  password: string,
  words: { readonly prompt: string; readonly ready: string; readonly seconds: number },
): Promise<void> {
  const stdout = new OutputTail()
  const stderr = new OutputTail()
  const promise = Promise.withResolvers<void>()
  let answered = false
  const wrong = () =>
    new ConnectionError('become-password-wrong', `${label}: wrong password for ${describeIdentity(become)}`, {
      hint: 'check ansible_become_password; it was tried once, so that no account is locked',
    })
  const onStdout = (chunk: Buffer) => {
    stdout.push(chunk)
    if (stdout.bytes.includes(words.ready)) promise.resolve()
  }
  const onStderr = (chunk: Buffer) => {
    stderr.push(chunk)
    const asked = stderr.bytes.indexOf(words.prompt)
    if (asked < 0) return
    if (answered) {
      if (stderr.bytes.indexOf(words.prompt, asked + 1) >= 0) promise.reject(wrong())
      return
    }
    answered = true
    process.stdin.write(`${password}\n`)
  }
  const timer = setTimeout(() => {
    const failed = { end: undefined, waited: words.seconds, stdout: stdout.bytes, stderr: stderr.bytes }
    promise.reject(explainStart(label, become, failed))
  }, words.seconds * 1000)
  void process.ended.then((end) => {
    const failed = { end, stdout: stdout.bytes, stderr: stderr.bytes }
    const error = explainStart(label, become, failed)
    // A sudo that allows one try only ends without asking again.
    promise.reject(answered && error.reason === 'become-password-missing' ? wrong() : error)
  })
  process.stdout.on('data', onStdout)
  process.stderr.on('data', onStderr)
  try {
    await promise.promise
  } finally {
    clearTimeout(timer)
    process.stdout.off('data', onStdout)
    process.stderr.off('data', onStderr)
  }
}

/** The program of {@link start} that copies standard input into an existing or new file. */
export function receiveInto(path: string): Program {
  return { script: 'exec cat >"$1"', words: [path] }
}
