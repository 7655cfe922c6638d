import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { InputError } from '../../values/problem.ts'
import { Secret } from '../../values/secret.ts'
import { visible } from '../../values/text/visible.ts'

/** Ctrl-C at a prompt. */
export class Interrupted extends Error {}

/** Asks for a line on the terminal, which may be empty; `hidden`: what is typed is not shown. @throws Interrupted */
export async function askVariable({
  prompt,
  hidden,
}: {
  readonly prompt: string
  readonly hidden: boolean
}): Promise<string> {
  return (await askTyped(visible(prompt, false), !hidden)) ?? ''
}

/**
 * Asks for a secret on the terminal, without showing what is typed unless `echo`; from a pipe it reads one line, so that a
 * pipeline can give it. @throws InputError when nothing is given
 * @throws Interrupted for Ctrl-C
 */
export async function askSecret(
  prompt: string,
  { echo = false }: { readonly echo?: boolean } = {},
): Promise<Secret> {
  const typed = await askTyped(prompt, echo)
  if (typed !== undefined && typed !== '') return new Secret(typed)
  throw new InputError([
    { message: 'no password was given', hint: 'type it at the prompt, or give it on standard input' },
  ])
}

/** What is typed, or the first line of a pipe; undefined for an end without a line. @throws Interrupted */
async function askTyped(prompt: string, echo: boolean): Promise<string | undefined> {
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
    for await (const line of lines) return line
  } finally {
    lines.close()
    if (terminal) process.stderr.write('\n')
  }
  if (interrupted) throw new Interrupted()
  return undefined
}
