import { randomBytes } from 'node:crypto'
import { quote } from '../../shell/quote.ts'
import type { Become } from '../connection.ts'
import type { HostProcess, OpenOptions, Transport } from '../host-process.ts'
import { answerPrompt } from './answer-prompt.ts'
import { startWords } from './identity.ts'
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
  // doas reads a password from a terminal and from nowhere else.
  const onTerminal = terminal === true || (become?.method === 'doas' && become.password !== undefined)
  const open = (words: readonly string[]) =>
    onTerminal && become !== undefined
      ? openWithTerminal(transport, words, seconds, opening)
      : transport.open(words, opening)
  const nonce = randomBytes(16).toString('hex')
  const prompt = `muster-asks-${nonce}:`
  // What su asks cannot be foreseen, and it would take our requests for the answer.
  const mayAsk = become !== undefined && (become.password !== undefined || become.method === 'su')
  if (!mayAsk) {
    const shellArguments =
      program.script === null ? [] : ['-c', program.script, 'sh', ...(program.words ?? [])]
    return open(startWords(become, prompt, shell, shellArguments))
  }
  const ready = `muster-runs-${nonce}`
  const script = `echo ${ready}; ${program.script ?? `exec ${quote(shell)}`}`
  const process = await open(
    startWords(become, prompt, shell, ['-c', script, 'sh', ...(program.words ?? [])]),
  )
  try {
    const asked = become.method === 'sudo' ? prompt : undefined
    await answerPrompt(process, transport.label, become, { prompt: asked, ready, seconds })
  } catch (error) {
    process.destroy()
    throw error
  }
  return process
}

/** The program of {@link start} that copies standard input into an existing or new file. */
export function receiveInto(path: string): Program {
  return { script: 'exec cat >"$1"', words: [path] }
}
