import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SharedReads } from '../../../src/run/scope/shared-reads.ts'

const BLOCK = 128 * 1024
const KEPT = 64
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-reads-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(bytes: Buffer, name = 'file'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** Reads to the end, and is slow now and then where `pause` says so. */
async function digest(reads: SharedReads, path: string, pause: (block: number) => boolean = () => false) {
  const hash = createHash('sha256')
  let block = 0
  for await (const chunk of reads.read(path)) {
    hash.update(chunk)
    block += 1
    if (pause(block)) await new Promise((resolve) => setImmediate(resolve))
  }
  return hash.digest('hex')
}

const openFiles = (path: string) =>
  readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith(path)
    } catch {
      return false
    }
  })

test('for 21 readers at once each block is read once, and the file is closed behind the last of them', async () => {
  const bytes = randomBytes(10 * BLOCK + 17)
  const path = await file(bytes)
  const reads = new SharedReads()
  const digests = await Promise.all(Array.from({ length: 21 }, () => digest(reads, path)))
  expect(new Set(digests)).toEqual(new Set([sha256(bytes)]))
  expect(reads.blocks).toBe(11)
  expect(openFiles(path)).toEqual([])
})

test('a reader that stays behind further than what is kept reads again, and others do not wait for it', async () => {
  const bytes = randomBytes((KEPT + 10) * BLOCK)
  const path = await file(bytes)
  const reads = new SharedReads()
  const slow = reads.read(path)
  const first = await slow.next()
  expect(await digest(reads, path)).toBe(sha256(bytes))
  const all = KEPT + 10 + 1
  expect(reads.blocks).toBe(all)
  const rest = [first.value as Buffer]
  for await (const chunk of slow) rest.push(chunk)
  expect(sha256(Buffer.concat(rest))).toBe(sha256(bytes))
  // Its first block it had; those that were dropped since are read anew, and drop others in turn.
  expect(reads.blocks).toBeGreaterThan(all)
  expect(reads.blocks).toBeLessThanOrEqual(2 * all)
})

test('a file that is replaced meanwhile is read to its end, and the next reader gets the new one', async () => {
  const [old, young] = [randomBytes(3 * BLOCK), randomBytes(2 * BLOCK)]
  const path = await file(old)
  const reads = new SharedReads()
  const reader = reads.read(path)
  const chunks = [(await reader.next()).value as Buffer]
  await rename(await file(young, 'young'), path)
  for await (const chunk of reader) chunks.push(chunk)
  expect(sha256(Buffer.concat(chunks))).toBe(sha256(old))
  expect(await digest(reads, path)).toBe(sha256(young))
})

test('readers that give up close the file; what cannot be opened fails each of them, and is tried again', async () => {
  const reads = new SharedReads()
  const path = await file(randomBytes(5 * BLOCK), 'left')
  for await (const _ of reads.read(path)) break
  expect(openFiles(path)).toEqual([])
  const missing = join(folder, 'missing')
  const failed = await Promise.allSettled([digest(reads, missing), digest(reads, missing)])
  expect(failed).toMatchObject(Array(2).fill({ status: 'rejected', reason: { code: 'ENOENT' } }))
  await file(Buffer.from('here'), 'missing')
  expect(await digest(reads, missing)).toBe(sha256(Buffer.from('here')))
})

test('files of any size are read whole by readers of any pace', async () => {
  let number = 0
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.nat(3 * BLOCK), fc.constantFrom(0, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK)),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
      async (size, paces) => {
        const bytes = randomBytes(size)
        const path = await file(bytes, `any${number++}`)
        const reads = new SharedReads()
        const digests = await Promise.all(
          paces.map((pace) => digest(reads, path, (block) => pace > 0 && block % pace === 0)),
        )
        expect(new Set(digests)).toEqual(new Set([sha256(bytes)]))
      },
    ),
    { numRuns: 40 },
  )
})
