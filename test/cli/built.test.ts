import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
let folder: string

/** A checkout in small: the real bin/muster.js before a source and a built program that say which of them ran. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-built-'))
  for (const part of ['bin', 'src/cli', 'src/values', 'dist/cli', 'node_modules'])
    await mkdir(join(folder, part), { recursive: true })
  for (const name of ['muster.js', 'built.js'])
    await copyFile(join(root, 'bin', name), join(folder, 'bin', name))
})
beforeEach(async () => {
  await write('package.json', '{ "type": "module", "version": "1" }', 1000)
  await write('node_modules/.package-lock.json', '{}', 1000)
  await write('src/values/one.ts', "export const word: string = 'source'\n", 1000)
  await write('src/cli/main.ts', "import { word } from '../values/one.ts'\nconsole.log(word)\n", 1000)
  await write('dist/cli/main.js', "console.log('built')\n", 2000)
  for (const part of ['src', 'src/cli', 'src/values']) await utimes(join(folder, part), 1000, 1000)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function write(path: string, text: string, changed: number): Promise<void> {
  await writeFile(join(folder, path), text)
  await utimes(join(folder, path), changed, changed)
}

const ran = () =>
  execFileSync(process.execPath, [join(folder, 'bin', 'muster.js'), 'apply'], { encoding: 'utf8' }).trim()

test('what was built runs while it is newer than every source and package', () => {
  expect(ran()).toBe('built')
})

test.each([
  ['a source', 'src/values/one.ts'],
  ['a folder of sources, from which one was taken away', 'src/values'],
  ['the manifest', 'package.json'],
  ['a package', 'node_modules/.package-lock.json'],
])('%s that changed since brings the sources back', async (_, path) => {
  await utimes(join(folder, path), 3000, 3000)
  expect(ran()).toBe('source')
})

test('without a built program the sources run', async () => {
  await rm(join(folder, 'dist', 'cli', 'main.js'))
  expect(ran()).toBe('source')
})
