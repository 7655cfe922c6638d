import { readFile } from 'node:fs/promises'
import type { AskPerson } from '../../connection/keys/dialogue.ts'
import type { RunInput } from '../../run/run.ts'
import { InputError } from '../../values/problem.ts'
import { Secret } from '../../values/secret.ts'
import { visible } from '../../values/text/visible.ts'
import { askSecret, askVariable, Interrupted } from './ask-secret.ts'

/**
 * Who answers what logins and playbooks ask: passphrases from the file, or on the terminal, and what hosts ask on the terminal alone.
 * @throws InputError when the file cannot be read
 */
export async function loginQuestions(
  passphraseFile: string | undefined,
): Promise<Pick<RunInput, 'askPassphrase' | 'askPerson' | 'askVariable'>> {
  const passphrase = await passphraseOf(passphraseFile)
  const terminal = process.stdin.isTTY === true
  return {
    askPassphrase: async (file) =>
      passphrase ?? (terminal ? askSecret(`passphrase of ${visible(file)}: `) : undefined),
    ...(terminal ? { askPerson, askVariable: orInterrupt } : {}),
  }
}

/** What `--private-key-passphrase-file` holds, without the line's end. @throws InputError */
async function passphraseOf(file: string | undefined): Promise<Secret | undefined> {
  if (file === undefined) return undefined
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError([{ message: `cannot be read: ${error.code ?? error.message}`, position: { file } }])
  })
  return new Secret(text.replace(/\r?\n$/, ''))
}

/** Asks on the terminal what the playbook or `--step` asks; Ctrl-C ends the run. */
const orInterrupt: typeof askVariable = async (question) => {
  try {
    return await askVariable(question)
  } catch (error) {
    if (!(error instanceof Interrupted) || !isRunning()) throw error
    process.kill(process.pid, 'SIGINT')
    return ''
  }
}

/** Whether somebody listens for Ctrl-C, and ends what is being done. */
function isRunning(): boolean {
  return process.listenerCount('SIGINT') > 0
}

/** Asks on the terminal what a host asks when it lets the user in; Ctrl-C ends the run. */
const askPerson: AskPerson = async ({ from, prompt, echo }) => {
  try {
    return await askSecret(`${visible(from)}: ${visible(prompt)} `, { echo })
  } catch (error) {
    if (error instanceof Interrupted) process.kill(process.pid, 'SIGINT')
    return undefined
  }
}
