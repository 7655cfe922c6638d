import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { readSettings } from '../settings/settings.ts'
import { InputError, type Problem } from '../values/problem.ts'
import type { Secret } from '../values/secret.ts'
import { encrypt } from '../vault/cipher.ts'
import { isVaultText } from '../vault/envelope.ts'
import { Keyring, type VaultPassword } from '../vault/keyring.ts'
import { readVaultPassword, splitVaultId } from '../vault/password-source.ts'
import { replaceFile } from '../vault/replace-file.ts'
import { type VaultWords, vaultDefaults, vaultOptions, vaultPasswords } from './options/vault-options.ts'
import { askSecret } from './terminal/ask-secret.ts'
import { editText } from './terminal/edit-text.ts'

interface Words extends VaultWords {
  readonly encryptVaultId?: string
  readonly output?: string
  readonly newVaultId?: string
  readonly newVaultPasswordFile?: string
  readonly name?: string[]
  readonly stdinName?: string
  readonly prompt?: boolean
}

/** `muster vault`: encrypts and opens files and values in Ansible Vault's format, in ansible-vault's words. */
export function vaultCommand(): Command {
  const vault = new Command('vault').description('encrypt, show, edit and re-encrypt files and values')
  vault.addCommand(
    withId(subcommand('encrypt', 'encrypt files in place; without one, standard input'))
      .argument('[files...]', '- means standard input')
      .option('--output <file>', 'write there instead of in place; - means standard output')
      .action(encryptFiles),
  )
  vault.addCommand(
    subcommand('decrypt', 'decrypt files in place; without one, standard input')
      .argument('[files...]', '- means standard input')
      .option('--output <file>', 'write there instead of in place; - means standard output')
      .action(decryptFiles),
  )
  vault.addCommand(
    subcommand('view', 'print what encrypted files hold').argument('<files...>').action(viewFiles),
  )
  vault.addCommand(
    withId(subcommand('edit', 'edit an encrypted file in $EDITOR')).argument('<file>').action(editFile),
  )
  vault.addCommand(
    subcommand('rekey', 'encrypt files again with another password')
      .argument('<files...>')
      .option('--new-vault-id <id>', 'the new password as ID@SOURCE')
      .option('--new-vault-password-file <file>', 'the new password: a file, or a script that prints it')
      .action(rekeyFiles),
  )
  vault.addCommand(
    withId(subcommand('encrypt_string', 'print texts as encrypted values for a YAML file'))
      .argument('[texts...]', '- means standard input; none is asked for')
      .option('-n, --name <name>', 'name of the variable, one for each text in turn', (name, before) => [
        ...((before as string[] | undefined) ?? []),
        name,
      ])
      .option('--stdin-name <name>', 'name of the variable that standard input is for')
      .option('-p, --prompt', 'ask for the text')
      .action(encryptStrings),
  )
  return vault
}

function subcommand(name: string, description: string): Command {
  return vaultOptions(new Command(name).description(description))
}

function withId(command: Command): Command {
  return command.option('--encrypt-vault-id <id>', 'which of several passwords to encrypt with')
}

async function encryptFiles(files: string[], words: Words): Promise<void> {
  const password = await encryptingPassword(words)
  await convert(files, words, (content, name) => {
    if (isVaultText(content)) throw refused('is encrypted already', name)
    return encrypt(content, password.password.revealText(), password.id)
  })
}

async function decryptFiles(files: string[], words: Words): Promise<void> {
  const keyring = new Keyring(await knownPasswords(words))
  await convert(files, words, (content, name) => opened(keyring, content, name).content)
}

async function viewFiles(files: string[], words: Words): Promise<void> {
  const keyring = new Keyring(await knownPasswords(words))
  for (const file of files) process.stdout.write(opened(keyring, await contentOf(file), file).content)
}

async function editFile(file: string, words: Words): Promise<void> {
  const keyring = new Keyring(await knownPasswords(words))
  const { content, by } = opened(keyring, await contentOf(file), file)
  const edited = await editText(content, file)
  const password = words.encryptVaultId === undefined ? by : chosen(keyring.passwords, words.encryptVaultId)
  if (edited.equals(content) && password.id === by.id) return
  await replaceFile(file, encrypt(edited, password.password.revealText(), password.id))
}

async function rekeyFiles(files: string[], words: Words): Promise<void> {
  const keyring = new Keyring(await knownPasswords(words))
  // All are opened before any is written: half of them under the new password helps nobody.
  const contents = await eachOf(files, async (file) => opened(keyring, await contentOf(file), file).content)
  const password = await newPassword(words)
  for (const [index, file] of files.entries()) {
    await replaceFile(file, encrypt(contents[index]!, password.password.revealText(), password.id))
  }
}

async function encryptStrings(texts: string[], words: Words): Promise<void> {
  const password = await encryptingPassword(words)
  const values: { readonly name: string | undefined; readonly content: Buffer }[] = []
  if (words.prompt === true) {
    const secret = await askSecret('String to encrypt (hidden): ')
    values.push({ name: words.name?.[0], content: Buffer.from(secret.revealText()) })
  } else if (texts.length === 0 || texts.includes('-') || words.stdinName !== undefined) {
    values.push({ name: words.stdinName ?? words.name?.[0], content: Buffer.from(await text(process.stdin)) })
  }
  for (const [index, value] of texts.filter((each) => each !== '-').entries()) {
    values.push({ name: words.name?.[index], content: Buffer.from(value) })
  }
  for (const { name, content } of values) {
    const lines = encrypt(content, password.password.revealText(), password.id).trimEnd().split('\n')
    const block = lines.map((line) => `          ${line}`).join('\n')
    process.stdout.write(`${name === undefined ? '' : `${name}: `}!vault |\n${block}\n`)
  }
}

/** Reads files or standard input, converts all, and only then writes. */
async function convert(
  files: readonly string[],
  { output }: Words,
  change: (content: Buffer, name: string) => Buffer | string,
): Promise<void> {
  const sources = files.length === 0 ? ['-'] : files
  if (output !== undefined && sources.length > 1)
    throw new InputError([{ message: '--output takes one file, and several are given' }])
  const results = await eachOf(sources, async (source) => change(await contentOf(source), source))
  for (const [index, source] of sources.entries()) {
    const target = output ?? source
    if (target === '-') process.stdout.write(results[index]!)
    else await replaceFile(target, results[index]!)
  }
}

/** Does something for all, and tells all mistakes at once. */
async function eachOf<T>(files: readonly string[], work: (file: string) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  const problems: Problem[] = []
  for (const file of files) {
    try {
      results.push(await work(file))
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      problems.push(...error.problems)
    }
  }
  if (problems.length > 0) throw new InputError(problems)
  return results
}

async function contentOf(file: string): Promise<Buffer> {
  if (file === '-') return Buffer.from(await text(process.stdin))
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw refused(
      error.code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${error.message}`,
      file,
    )
  })
}

function opened(keyring: Keyring, content: Buffer, file: string) {
  if (!isVaultText(content)) throw refused('is not encrypted with Ansible Vault', file)
  return keyring.open(content.toString('latin1'), { file })
}

function refused(message: string, file: string): InputError {
  return new InputError([{ message, position: { file } }])
}

/** The passwords given; one is asked for when there is none. */
async function knownPasswords(words: Words): Promise<VaultPassword[]> {
  const given = await vaultPasswords(words, vaultDefaults((await readSettings()).settings))
  return given.length > 0 ? given : [{ id: 'default', password: await askSecret('Vault password: ') }]
}

async function encryptingPassword(words: Words): Promise<VaultPassword> {
  const { settings } = await readSettings()
  const id = words.encryptVaultId ?? settings.vaultEncryptIdentity
  const given = await vaultPasswords(words, vaultDefaults(settings))
  if (given.length === 0) return { id: id ?? 'default', password: await askTwice() }
  return chosen(given, id)
}

function chosen(passwords: readonly VaultPassword[], id: string | undefined): VaultPassword {
  const ids = [...new Set(passwords.map((password) => password.id))]
  const found = passwords.find((password) => password.id === (id ?? ids[0]))
  if (found !== undefined && (id !== undefined || ids.length === 1)) return found
  const message =
    id === undefined
      ? `the vault ids ${ids.join(', ')} are all given`
      : `no password is given for the vault id ${id}`
  throw new InputError([{ message, hint: 'say which one encrypts: --encrypt-vault-id ID' }])
}

async function newPassword(words: Words): Promise<VaultPassword> {
  if (words.newVaultId !== undefined) return readVaultPassword(splitVaultId(words.newVaultId), askTwice)
  if (words.newVaultPasswordFile !== undefined)
    return readVaultPassword({ id: 'default', source: words.newVaultPasswordFile }, askTwice)
  return { id: 'default', password: await askTwice() }
}

async function askTwice(): Promise<Secret> {
  const first = await askSecret('New vault password: ')
  // From a pipe there is one line; a slip of the hand is only possible on a terminal.
  if (process.stdin.isTTY !== true) return first
  const second = await askSecret('The same again: ')
  if (first.revealText() === second.revealText()) return first
  throw new InputError([{ message: 'the two passwords differ' }])
}
