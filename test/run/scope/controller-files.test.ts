import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestOf } from '../../../src/modules/files/content/content.ts'
import { PlaybookFiles } from '../../../src/run/scope/controller-files.ts'
import { Input } from '../input.ts'

/** Encrypted, and beyond opening. */
const VAULT = '$ANSIBLE_VAULT;1.1;AES256\n6162\n'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-files-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const hex = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes).digest('hex')

test('a file has the digests of its bytes, whatever its size', async () => {
  for (const size of [0, 1, 256 * 1024, 600_000]) {
    const bytes = randomBytes(size)
    const path = join(folder, `size${size}`)
    await writeFile(path, bytes)
    const file = await new PlaybookFiles(folder).find('files', path)
    expect(file).toMatchObject({ size, sha256: hex('sha256', bytes) })
    expect(await digestOf(file, 'sha1')).toBe(hex('sha1', bytes))
    expect(await digestOf(file, 'md5')).toBe(hex('md5', bytes))
  }
})

test('all hosts get one and the same object for a file, also when they fetch it themselves; a changed file is another', async () => {
  const path = join(folder, 'file')
  await writeFile(path, 'one')
  const files = new PlaybookFiles(folder)
  const file = await files.find('files', path)
  expect(await files.find('files', 'file')).toBe(file)
  files.pin(path, file.sha256, 'https://mirror.example/file')
  const pinned = await files.find('files', path)
  expect(pinned).toMatchObject({ sha256: file.sha256, url: 'https://mirror.example/file' })
  expect(await files.find('files', path)).toBe(pinned)
  await writeFile(path, 'two')
  await utimes(path, 1, 1)
  await expect(files.find('files', path)).rejects.toThrow('was changed after it was checked')
})

test.each([
  ['a file in a folder', { 'files/dir/ok': 'x', 'files/dir/closed': VAULT }],
  ['the file itself', { 'files/dir': VAULT }],
])('copy: what is there and refused is not called missing: %s', async (_, files) => {
  const input = await Input.write({
    'hosts.yaml': 'all: { hosts: { h1: {} } }\n',
    'play.yaml':
      '- hosts: all\n  gather_facts: false\n  tasks:\n    - copy: { src: dir, dest: /tmp/muster-never }\n',
    ...files,
  })
  try {
    const { result } = await input.apply()
    expect(result.failures.map(({ message }) => message)).toEqual([
      expect.stringMatching(/files\/dir(\/closed)? is encrypted with Ansible Vault/),
    ])
  } finally {
    await input.remove()
  }
})
