import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from '../../src/program/run-program.ts'
import { folderWith } from '../inventory/folder.ts'

const BOUNDS = { timeout: 20, mostOutput: 1000 }
const sh = (script: string, bounds: Partial<Parameters<typeof runProgram>[2]> = {}) =>
  runProgram('/bin/sh', ['-c', script], { ...BOUNDS, ...bounds })

test('status and output', async () => {
  expect(await sh('echo out; echo err >&2; exit 3')).toMatchObject({ status: 3, stderr: 'err\n' })
  expect((await sh('printf %s "$A"', { environment: { A: 'b' } })).stdout.toString()).toBe('b')
  expect((await sh('cat', { input: 'given' })).stdout.toString()).toBe('given')
  // Without input there is none to wait for.
  expect((await sh('cat')).status).toBe(0)
})

test('input that nobody reads is no failure', async () => {
  expect(await sh('exit 0', { input: Buffer.alloc(1_000_000) })).toMatchObject({ status: 0 })
})

test('bounds', async () => {
  expect(await sh('sleep 1000', { timeout: 0.3 })).toMatchObject({
    status: null,
    failure: 'gave no answer within 0.3 s',
  })
  expect(await sh('yes')).toMatchObject({ status: null, failure: 'printed more than 1000 bytes' })
  expect((await sh('head -c 200000 /dev/zero >&2; echo done')).stdout.toString()).toBe('done\n')
})

test('what cannot be started', async () => {
  expect(await runProgram('/nowhere', [], BOUNDS)).toMatchObject({ status: null, code: 'ENOENT' })
  const file = join(folderWith({ text: 'no program' }), 'text')
  expect(await runProgram(file, [], BOUNDS)).toMatchObject({ code: 'EACCES' })
})
