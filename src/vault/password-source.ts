import { accessSync, constants, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, resolve } from 'node:path'
import { runProgram } from '../program/run-program.ts'
import { InputError } from '../values/problem.ts'
import { Secret } from '../values/secret.ts'
import { visible } from '../values/text/visible.ts'
import { isVaultText } from './envelope.ts'
import type { VaultPassword } from './keyring.ts'

/** Seconds for a script to give a password. */
const TIMEOUT = 60
const MOST = 64 * 1024

/** What stands behind `--vault-id`: `ID@SOURCE`, or a source alone for the id `default`. */
export function splitVaultId(text: string): { readonly id: string; readonly source: string } {
  const at = text.indexOf('@')
  return at < 0
    ? { id: 'default', source: text }
    : { id: text.slice(0, at) || 'default', source: text.slice(at + 1) }
}

/**
 * A password from where `--vault-id` says it is: `prompt`, a file, or an executable that prints it. An executable whose
 * name ends in `-client` is told the id: `--vault-id ID`.
 * @param ask asks on the terminal
 * @throws InputError when there is none
 */
export async function readVaultPassword(
  { id, source }: { readonly id: string; readonly source: string },
  ask: (prompt: string) => Promise<Secret>,
): Promise<VaultPassword> {
  if (source === 'prompt' || source === 'prompt_ask_vault_pass') {
    return { id, password: await ask(id === 'default' ? 'Vault password: ' : `Vault password (${id}): `) }
  }
  const path = resolve(source.replace(/^~(?=\/|$)/, homedir()))
  const text = isExecutable(path) ? await printedBy(path, id) : await contentOf(path)
  if (text === '') throw refused('holds no password: it is empty', path)
  return { id, password: new Secret(text) }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

async function contentOf(path: string): Promise<string> {
  const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : error.message
    throw refused(`the password cannot be read: ${why}`, path)
  })
  if (content.length > MOST) throw refused(`is no password: larger than ${MOST} bytes`, path)
  if (isVaultText(content)) throw refused('a password that is itself encrypted is not read', path)
  return content.toString('utf8').trim()
}

async function printedBy(path: string, id: string): Promise<string> {
  const isClient = /-client(?:\.[^.]*)?$/.test(basename(path))
  const args = isClient ? ['--vault-id', id] : []
  const done = await runProgram(path, args, { timeout: TIMEOUT, mostOutput: MOST })
  const said =
    done.stderr.trim() === '' ? '' : `\n  it said: ${visible(done.stderr.trim().slice(0, 500), false)}`
  if (done.failure !== undefined) {
    const hint = done.code === 'ENOEXEC' ? 'if it holds the password itself: chmod -x' : undefined
    throw refused(`the script for the password ${done.failure}${said}`, path, hint)
  }
  if (done.status !== 0) {
    throw refused(`the script for the password ended with exit status ${done.status}${said}`, path)
  }
  return done.stdout.toString('utf8').replace(/^[\r\n]+|[\r\n]+$/g, '')
}

function refused(message: string, file: string, hint?: string): InputError {
  return new InputError([{ message, position: { file }, hint }])
}
