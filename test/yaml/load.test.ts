import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadYamlFile } from '../../src/yaml/load.ts'
import { toValue } from '../../src/yaml/to-value.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muster-yaml-'))
})
afterAll(async () => {
  await rm(directory, { recursive: true })
})

test('reads a file and names it in places', async () => {
  const path = join(directory, 'good.yaml')
  await writeFile(path, 'a: 1\n')
  const { documents } = await loadYamlFile(path)
  expect(documents.map(toValue)).toEqual([new Map([['a', 1]])])
  expect(documents[0]?.position).toEqual({ file: path, line: 1, column: 1 })
})

test('a missing file, a folder and bytes that are no text are refused with the path', async () => {
  const latin = join(directory, 'latin.yaml')
  await writeFile(latin, Buffer.from([0x61, 0x3a, 0x20, 0xe9]))
  await expect(loadYamlFile(join(directory, 'none'))).rejects.toThrow(
    `${directory}/none: cannot be read: no such file`,
  )
  await expect(loadYamlFile(directory)).rejects.toThrow('is a folder')
  await expect(loadYamlFile(latin)).rejects.toThrow(`${latin}: not text in UTF-8`)
})
