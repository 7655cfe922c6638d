import { type Become, ConnectionError } from '../connection.ts'
import type { HostProcess } from '../host-process.ts'
import { OutputTail } from '../output-tail.ts'
import { describeIdentity } from './identity.ts'
import { explainStart } from './start-failure.ts'

/** What a program that becomes another user says, and what the one that it starts says first. */
export interface Dialogue {
  /** What sudo was told to ask with, in whatever language. Undefined: su and doas ask in their own words. */
  readonly prompt: string | undefined
  readonly ready: string
  /** Seconds until one of them is heard. */
  readonly seconds: number
}

/** A line that waits behind its colon, in any language: `Password:`, `Mot de passe :`, `パスワード：`. */
const ASKING = /[:：][ \u00a0]?$/

/**
 * Waits until the program runs as another user, and answers a question for the password, once, so that no account is
 * locked by a wrong one.
 *
 * @throws ConnectionError
 */
export async function answerPrompt(
  process: HostProcess,
  label: string,
  become: Become,
  { prompt, ready, seconds }: Dialogue,
): Promise<void> {
  const tails = new Map([
    [process.stdout, new OutputTail()],
    [process.stderr, new OutputTail()],
  ])
  // Where there is a terminal, doas asks there and reads the answer there.
  const { terminal } = process
  if (terminal !== undefined) tails.set(terminal.stdout, new OutputTail())
  const said = (stream = process.stdout) => tails.get(stream)?.bytes ?? Buffer.alloc(0)
  const running = Promise.withResolvers<void>()
  let answered = false
  const wrong = () =>
    new ConnectionError('become-password-wrong', `${label}: wrong password for ${describeIdentity(become)}`, {
      hint: 'check ansible_become_password; it was tried once, so that no account is locked',
    })
  const missing = () =>
    new ConnectionError('become-password-missing', `${label}: ${become.exe} asks for a password`, {
      hint: 'give ansible_become_password or --ask-become-pass',
    })
  const asks = (tail: OutputTail) => {
    if (prompt !== undefined)
      return tail.bytes.indexOf(prompt, answered ? tail.bytes.indexOf(prompt) + 1 : 0) >= 0
    return ASKING.test(tail.bytes.toString('utf8'))
  }
  const listeners = [...tails].map(([stream, tail]) => {
    const onData = (chunk: Buffer) => {
      tail.push(chunk)
      if (stream === process.stdout && tail.bytes.includes(ready)) return running.resolve()
      // sudo asks on its standard error; what a login prints elsewhere is not a question.
      if (prompt !== undefined && stream !== process.stderr) return
      if (!asks(tail)) return
      if (answered) return running.reject(wrong())
      if (become.password === undefined) return running.reject(missing())
      answered = true
      const input = stream === terminal?.stdout ? terminal.stdin : process.stdin
      input.write(`${become.password.revealText()}\n`)
    }
    stream.on('data', onData)
    return () => stream.off('data', onData)
  })
  const explained = (end: Awaited<HostProcess['ended']> | undefined) => {
    const stderr = Buffer.concat([
      said(process.stderr),
      terminal === undefined ? Buffer.alloc(0) : said(terminal.stdout),
    ])
    return explainStart(label, become, { end, waited: seconds, stdout: said(), stderr })
  }
  const timer = setTimeout(() => running.reject(explained(undefined)), seconds * 1000)
  void process.ended.then((end) => {
    const error = explained(end)
    // One that allows one try only ends without asking again.
    running.reject(answered && error.reason === 'become-password-missing' ? wrong() : error)
  })
  try {
    await running.promise
  } finally {
    clearTimeout(timer)
    for (const off of listeners) off()
  }
}
