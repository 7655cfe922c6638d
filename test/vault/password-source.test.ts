import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { vaultPasswords } from '../../src/cli/options/vault-options.ts'
import { Secret } from '../../src/values/secret.ts'
import { splitVaultId } from '../../src/vault/password-source.ts'
import { folderWith } from '../inventory/folder.ts'

const folder = () => {
  const directory = folderWith({
    plain: '  two words \n',
    empty: '\n',
    script: '#!/bin/sh\nprintf " printed \\n"\n',
    'keys-client.sh': '#!/bin/sh\necho "$1 $2"\n',
    fails: '#!/bin/sh\necho locked >&2; exit 3\n',
    encrypted: '$ANSIBLE_VAULT;1.1;AES256\n00\n',
  })
  for (const name of ['script', 'keys-client.sh', 'fails']) chmodSync(join(directory, name), 0o755)
  return directory
}
const noPrompt = async () => {
  throw new Error('asked')
}
const revealed = async (...args: Parameters<typeof vaultPasswords>) =>
  (await vaultPasswords(...args)).map(({ id, password }) => [id, password.revealText()])

test('files are stripped, scripts print, clients are told the id', async () => {
  const at = folder()
  const words = {
    vaultId: [`prod@${at}/plain`, `dev@${at}/keys-client.sh`, `${at}/script`],
    vaultPasswordFile: [`${at}/plain`],
  }
  expect(await revealed(words, {}, noPrompt)).toEqual([
    ['prod', 'two words'],
    ['dev', '--vault-id dev'],
    ['default', ' printed '],
    ['default', 'two words'],
  ])
})

test('prompts name the id', async () => {
  const asked: string[] = []
  const ask = async (prompt: string) => {
    asked.push(prompt)
    return new Secret('typed')
  }
  await revealed({ vaultId: ['prod@prompt'], askVaultPass: true }, {}, ask)
  expect(asked).toEqual(['Vault password (prod): ', 'Vault password: '])
})

test('defaults count where the command line names no file', async () => {
  const at = folder()
  const defaults = { passwordFile: `${at}/plain`, identities: [`x@${at}/script`] }
  expect(await revealed({}, defaults, noPrompt)).toEqual([
    ['x', ' printed '],
    ['default', 'two words'],
  ])
  expect(await revealed({ vaultPasswordFile: [`${at}/script`] }, defaults, noPrompt)).toEqual([
    ['x', ' printed '],
    ['default', ' printed '],
  ])
})

test.each([
  ['empty', 'holds no password: it is empty'],
  ['nowhere', 'there is no such file'],
  ['fails', 'ended with exit status 3\n  it said: locked'],
  ['encrypted', 'a password that is itself encrypted'],
])('%s', async (name, message) => {
  await expect(vaultPasswords({ vaultPasswordFile: [join(folder(), name)] })).rejects.toThrow(message)
})

test('an id may be left out, and hold no more than its first @', () => {
  expect(splitVaultId('file')).toEqual({ id: 'default', source: 'file' })
  expect(splitVaultId('a@b@c')).toEqual({ id: 'a', source: 'b@c' })
  expect(splitVaultId('@b')).toEqual({ id: 'default', source: 'b' })
})
