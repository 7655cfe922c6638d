import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { vaultCommand } from '../../src/cli/vault.ts'
import { Secret } from '../../src/values/secret.ts'
import { encrypt } from '../../src/vault/cipher.ts'
import { Keyring } from '../../src/vault/keyring.ts'
import { loadYamlFile } from '../../src/yaml/load.ts'
import { folderWith } from '../inventory/folder.ts'
import { withPasswords } from '../vault/passwords.ts'

afterEach(() => vi.restoreAllMocks())

const FILES = { one: 'pass one\n', two: 'pass two\n', 'a.yml': 'a: 1\n', 'b.yml': 'b: 2\n' }

/** What the command prints. */
async function vault(...words: string[]): Promise<string> {
  const printed: Buffer[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(Buffer.from(text))
    return true
  })
  const command = vaultCommand().exitOverride()
  for (const each of command.commands) each.exitOverride()
  await command.parseAsync(words, { from: 'user' })
  return Buffer.concat(printed).toString()
}

const held = (file: string, password: string) =>
  new Keyring([{ id: 'default', password: new Secret(password) }])
    .open(readFileSync(file, 'utf8'), { file })
    .content.toString()

test('encrypt, view, rekey and decrypt in place; mode and links stay', async () => {
  const at = folderWith(FILES)
  chmodSync(join(at, 'a.yml'), 0o640)
  symlinkSync('a.yml', join(at, 'link.yml'))
  const one = ['--vault-password-file', join(at, 'one')]
  await vault('encrypt', ...one, join(at, 'link.yml'), join(at, 'b.yml'))
  expect(held(join(at, 'a.yml'), 'pass one')).toBe('a: 1\n')
  expect(statSync(join(at, 'a.yml')).mode & 0o777).toBe(0o640)
  expect(await vault('view', ...one, join(at, 'a.yml'), join(at, 'b.yml'))).toBe('a: 1\nb: 2\n')
  await vault('rekey', ...one, '--new-vault-id', `prod@${at}/two`, join(at, 'a.yml'))
  expect(readFileSync(join(at, 'a.yml'), 'utf8')).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/)
  expect(held(join(at, 'a.yml'), 'pass two')).toBe('a: 1\n')
  await vault('decrypt', '--vault-id', `prod@${at}/two`, join(at, 'link.yml'))
  expect(readFileSync(join(at, 'a.yml'), 'utf8')).toBe('a: 1\n')
  expect(readdirSync(at).sort()).toEqual(['a.yml', 'b.yml', 'link.yml', 'one', 'two'])
})

test('encrypt_string prints what a YAML file takes', async () => {
  const at = folderWith(FILES)
  const printed = await vault(
    'encrypt_string',
    '--vault-id',
    `prod@${at}/two`,
    '-n',
    'a',
    '-n',
    'b',
    'x y',
    'ü',
  )
  writeFileSync(join(at, 'v.yml'), printed)
  withPasswords({ id: 'prod', password: new Secret('pass two') })
  const root = (await loadYamlFile(join(at, 'v.yml'))).documents[0]
  expect(root?.kind === 'map' && root.entries.map(({ key }) => key.raw)).toEqual(['a', 'b'])
  expect(printed).toContain('a: !vault |\n          $ANSIBLE_VAULT;1.2;AES256;prod\n          ')
})

describe('edit', () => {
  const editing = (script: string) => {
    const at = folderWith({ ...FILES, editor: `#!/bin/sh\n${script}\n` })
    chmodSync(join(at, 'editor'), 0o755)
    writeFileSync(join(at, 'a.yml'), encrypt(Buffer.from('a: 1\n'), 'pass one'))
    vi.stubEnv('VISUAL', '')
    vi.stubEnv('EDITOR', join(at, 'editor'))
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    return at
  }

  test('writes what the editor leaves, and the file edited is gone', async () => {
    const at = editing('echo "a: 2" >"$1"; echo "$1" >"$0.path"; ls -ld "$1" >"$0.mode"')
    await vault('edit', '--vault-password-file', join(at, 'one'), join(at, 'a.yml'))
    expect(held(join(at, 'a.yml'), 'pass one')).toBe('a: 2\n')
    expect(() => statSync(readFileSync(join(at, 'editor.path'), 'utf8').trim())).toThrow('ENOENT')
    expect(readFileSync(join(at, 'editor.mode'), 'utf8')).toMatch(/^-rw-------/)
  })

  test.each([
    ['nothing edited', 'exit 0', undefined],
    ['the editor failed', 'echo x >"$1"; exit 1', 'ended with exit status 1; nothing was changed'],
  ])('leaves the file alone: %s', async (_, script, message) => {
    const at = editing(script)
    const before = readFileSync(join(at, 'a.yml'), 'utf8')
    const edit = vault('edit', '--vault-password-file', join(at, 'one'), join(at, 'a.yml'))
    if (message === undefined) await edit
    else await expect(edit).rejects.toThrow(message)
    expect(readFileSync(join(at, 'a.yml'), 'utf8')).toBe(before)
  })
})

describe('refused, and nothing written', () => {
  test.each([
    [['decrypt', 'a.yml', 'b.yml'], 'a.yml: is not encrypted with Ansible Vault\n'],
    [['view', 'nowhere'], 'nowhere: there is no such file'],
    [['encrypt', 'a.yml', 'b.yml', '--output', 'c.yml'], '--output takes one file'],
    [['encrypt', 'a.yml', '--vault-id', 'x@two'], 'the vault ids x, default are all given'],
    [['encrypt', 'a.yml', '--encrypt-vault-id', 'y'], 'no password is given for the vault id y'],
  ])('%j', async (words, message) => {
    const at = folderWith(FILES)
    const before = process.cwd()
    process.chdir(at)
    onTestFinished(() => process.chdir(before))
    await expect(vault(...words, '--vault-password-file', 'one')).rejects.toThrow(message)
    expect(readFileSync('a.yml', 'utf8')).toBe('a: 1\n')
  })
})
