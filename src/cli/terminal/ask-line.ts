import { createInterface } from 'node:readline/promises'

/** Asks for a line on the terminal. @throws the signal's reason when it is aborted */
export async function askLine(prompt: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // The terminal's own Ctrl-C does not reach the process while a line is read.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    return (await terminal.question(prompt, { signal })).trim()
  } finally {
    terminal.close()
  }
}
