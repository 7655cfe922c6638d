import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { InputError } from '../../values/problem.ts'
import { Secret } from '../../values/secret.ts'

/** Ctrl-C at a prompt. */
export class Interrupted extends Error {}

/**
 * Asks for a secret on the terminal, without showing what is typed unless `echo`; from a pipe it reads one line, so that a
 * pipeline can give it. @throws InputError when nothing is given
 * @throws Interrupted for Ctrl-C
 */
export async function askSecret(
  prompt: string,
  { echo = false }: { readonly echo?: boolean } = {},
): Promise<Secret> {
  const terminal = process.stdin.isTTY === true
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({
    input: process.stdin,
    output: echo && terminal ? process.stderr : silent,
    terminal,
  })
  // The terminal shows nothing from now on: only then is anybody asked to type.
  if (terminal) process.stderr.write(prompt)
  let interrupted = false
  lines.once('SIGINT', () => {
    interrupted = true
    lines.close()
  })
  try {
    for await (const line of lines) {
      if (line === '') break
      return new Secret(line)
    }
  } finally {
    lines.close()
    if (terminal) process.stderr.write('\n')
  }
  if (interrupted) throw new Interrupted()
  throw new InputError([
    { message: 'no password was given', hint: 'type it at the prompt, or give it on standard input' },
  ])
}
