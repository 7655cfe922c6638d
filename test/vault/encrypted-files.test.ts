import { chmodSync, copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { inventoryHost, listingJson } from '../../src/inventory/listing.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { parseExtraVars } from '../../src/inventory/variables/extra-vars.ts'
import { readVariables } from '../../src/inventory/variables/variable-files.ts'
import { loadVarsFile } from '../../src/playbook/plays/vars-files.ts'
import { PlaybookFiles } from '../../src/run/scope/controller-files.ts'
import { templateHome } from '../../src/run/scope/template-home.ts'
import { createEngine } from '../../src/template/engine.ts'
import { Secret } from '../../src/values/secret.ts'
import type { TemplateText } from '../../src/values/template-text.ts'
import type { Value } from '../../src/values/value.ts'
import { encrypt } from '../../src/vault/cipher.ts'
import { folderWith } from '../inventory/folder.ts'
import { DEFAULT, PROD, RECORDED, withPasswords } from './passwords.ts'

const vaulted = (text: string) => encrypt(Buffer.from(text), 'correct horse')

function expectSecrets(variables: ReadonlyMap<string, Value>): void {
  expect(variables.get('db_password')).toBeInstanceOf(Secret)
  expect((variables.get('port') as Secret).reveal()).toBe(5432)
  expect(variables.get('enabled')).toBe(true)
  expect((variables.get('hosts') as Secret[]).map((host) => host.revealText())).toEqual(['a', 'b'])
  expect(variables.get('ansible_user')).toBe('ops')
  // A template in an encrypted file gives a Secret, and does not show its text.
  expect(JSON.stringify(variables.get('dsn'))).toBe('"********"')
  const engine = createEngine({ lookup: (name) => variables.get(name) }, { directory: '/' })
  const dsn = engine.expression('dsn')
  expect((dsn as Secret).revealText()).toBe('postgres://app:s3cr3t@db/é')
}

test.each(['default.yml', 'prod.yml'])('%s as vars_files, -e and group_vars', async (name) => {
  withPasswords(DEFAULT, PROD)
  const file = join(RECORDED, name)
  expectSecrets(await loadVarsFile(file))
  expectSecrets(parseExtraVars([`@${file}`]))
  const directory = folderWith({ hosts: 'web01\n', 'group_vars/.keep': '' })
  copyFileSync(file, join(directory, 'group_vars/all'))
  const inventory = await readInventory([join(directory, 'hosts')])
  const variables = await readVariables(inventory)
  expectSecrets(variables.forHost('web01'))
  const listed = listingJson(inventoryHost({ inventory, variables, extra: new Map() }, 'web01'))
  expect(listed).not.toMatch(/s3cr3t|5432|postgres/)
})

test('a value is opened when it is used, and listed as ciphertext', () => {
  withPasswords(PROD)
  const variables = parseExtraVars([`@${join(RECORDED, 'value.yml')}`])
  expect((variables.get('token') as Secret).revealText()).toBe('päss word')
})

describe('inventories encrypted as a whole', () => {
  test.each([
    ['hosts', '[web]\nweb01 ansible_host=192.0.2.1 token=abcd note="{{ token }}!"\n'],
    ['hosts.yaml', 'web: {hosts: {web01: {ansible_host: 192.0.2.1, token: abcd, note: "{{ token }}!"}}}\n'],
    ['hosts.toml', '[web.hosts.web01]\nansible_host="192.0.2.1"\ntoken="abcd"\nnote="{{ token }}!"\n'],
  ])('%s', async (name, text) => {
    withPasswords(DEFAULT)
    const inventory = await readInventory([join(folderWith({ [name]: vaulted(text) }), name)])
    const { vars } = inventory.hosts.get('web01')!
    expect(vars.get('ansible_host')).toBe('192.0.2.1')
    expect((vars.get('token') as Secret).revealText()).toBe('abcd')
    expect((vars.get('note') as TemplateText).secret).toBe(true)
  })
})

test('messages quote nothing of an encrypted file', async () => {
  withPasswords(DEFAULT)
  const directory = folderWith({ 'a.yml': vaulted('password: [s3cr3t\n') })
  const refused = await loadVarsFile(join(directory, 'a.yml')).catch((error: Error) => error.message)
  expect(refused).toMatch(/a\.yml:2:1: not valid YAML/)
  expect(refused).not.toContain('s3cr3t')
})

describe('files for hosts', () => {
  test('are sent decrypted and are secret', async () => {
    withPasswords(DEFAULT)
    const file = await new PlaybookFiles(RECORDED).find('files', 'motd.txt')
    const chunks: Buffer[] = []
    for await (const chunk of file.read()) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString()).toBe('welcome to web01\n')
    expect(file).toMatchObject({ secret: true, size: 17 })
  })

  test('never go out as ciphertext', async () => {
    const files = new PlaybookFiles(RECORDED)
    await expect(files.find('files', 'motd.txt')).rejects.toThrow(
      'motd.txt is encrypted with Ansible Vault, and no vault password is given',
    )
    await expect(files.findTree('files', RECORDED)).rejects.toThrow('is encrypted with Ansible Vault')
  })

  test("lookup('file') gives a Secret, or an error", () => {
    const engine = () => createEngine({ lookup: () => undefined }, templateHome(RECORDED))
    expect(() => engine().expression("lookup('file', 'motd.txt')")).toThrow('is encrypted with Ansible Vault')
    withPasswords(DEFAULT)
    const value = engine().expression("lookup('file', 'motd.txt')")
    expect((value as Secret).revealText()).toBe('welcome to web01')
  })

  test('what an encrypted template gives is secret', () => {
    const directory = folderWith({ 'templates/part.j2': vaulted('abcd') })
    const engine = createEngine({ lookup: () => undefined }, templateHome(directory))
    expect(() => engine.renderFile('{% include "part.j2" %}', 'a.j2')).toThrow(
      'is encrypted with Ansible Vault',
    )
    withPasswords(DEFAULT)
    expect((engine.renderFile('{% include "part.j2" %}', 'a.j2') as Secret).revealText()).toBe('abcd')
  })
})

describe('SOPS', () => {
  const file = {
    'v.yaml': 'a: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\nsops:\n  mac: ENC[AES256_GCM,data:q]\n',
  }
  const withProgram = (directory: string, run: () => Promise<void>) => {
    vi.stubEnv('PATH', directory)
    return run()
  }

  test('is opened by the program, and everything in it is secret', async () => {
    const at = folderWith({ ...file, sops: '#!/bin/sh\n[ "$1" = --decrypt ] && echo "a: s3cr3t"\n' })
    chmodSync(join(at, 'sops'), 0o755)
    await withProgram(at, async () => {
      expect((await loadVarsFile(join(at, 'v.yaml'))).get('a')).toBeInstanceOf(Secret)
    })
  })

  test('a file for a host likewise', async () => {
    const at = folderWith({ ...file, sops: '#!/bin/sh\necho "a: s3cr3t"\n' })
    chmodSync(join(at, 'sops'), 0o755)
    await withProgram(at, async () => {
      const found = await new PlaybookFiles(at).find('files', 'v.yaml')
      expect(found).toMatchObject({ secret: true, size: 10 })
    })
    const bare = folderWith(file)
    await withProgram(bare, async () => {
      await expect(new PlaybookFiles(bare).find('files', 'v.yaml')).rejects.toThrow(
        'the program sops is not here',
      )
    })
  })

  test('without the program, or when it fails, is refused', async () => {
    const at = folderWith(file)
    await withProgram(at, async () => {
      await expect(loadVarsFile(join(at, 'v.yaml'))).rejects.toThrow('the program sops is not here')
    })
    const fails = folderWith({ ...file, sops: '#!/bin/sh\necho "no key" >&2; exit 1\n' })
    chmodSync(join(fails, 'sops'), 0o755)
    await withProgram(fails, async () => {
      await expect(loadVarsFile(join(fails, 'v.yaml'))).rejects.toThrow('sops cannot open it: no key')
    })
  })

  test.each([
    ['hosts.yaml', 'web: {hosts: {h: {a: "ENC[AES256_GCM,data:x]"}}}'],
    ['hosts.ini', 'h a="ENC[AES256_GCM,data:x]"\n'],
    ['hosts.toml', '[web.hosts.h]\na = "ENC[AES256_GCM,data:x]"\n'],
  ])('ciphertext without its file is no value: %s', async (name, text) => {
    await expect(readInventory([join(folderWith({ [name]: text }), name)])).rejects.toThrow(
      'ciphertext of SOPS',
    )
  })

  test('nor is it in -e', () => {
    expect(() => parseExtraVars(['a=ENC[AES256_GCM,data:x]'])).toThrow('ciphertext of SOPS')
    expect(() => parseExtraVars(['{"a": ["ENC[AES256_GCM,data:x]"]}'])).toThrow('ciphertext of SOPS')
  })
})

test('the recorded files are what they say', () => {
  expect(readFileSync(join(RECORDED, 'prod.yml'), 'utf8')).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/)
})
