import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { ProcessEnd } from '../../src/connection/host-process.ts'
import type { Running } from '../../src/connection/shell/kill.ts'
import { MemoryBudget } from '../../src/connection/shell/memory-budget.ts'
import { ResidentShell } from '../../src/connection/shell/resident-shell.ts'
import { posixLanguage } from '../../src/connection/shell/shell-language.ts'
import { step, told } from './steps.ts'

/** A resident shell over streams that the test writes, so that their order is the test's. */
function shellOf(kill: (running: Running) => void = () => {}, readTimeout = 10) {
  const stdin = new PassThrough()
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const ended = Promise.withResolvers<ProcessEnd>()
  const shell = new ResidentShell(
    {
      stdin,
      stdout,
      stderr,
      ended: ended.promise,
      destroy: () => ended.resolve({ code: null, signal: 'SIGKILL' }),
    },
    {
      label: 'web1',
      language: posixLanguage('web1', undefined),
      startTimeout: 10,
      readTimeout,
      budget: new MemoryBudget(),
      kill: async (running) => kill(running),
    },
  )
  const nonce = () => /\b([0-9a-f]{32}) d\\n/.exec(stdin.read()?.toString())?.[1] as string
  return { shell, stdout, stderr, nonce }
}

test('a step has its timeout although the one before it ends late on the other stream', async () => {
  const killed = Promise.withResolvers<Running>()
  const { shell, stdout, stderr, nonce } = shellOf(killed.resolve)
  const request = shell.request([step('first'), step('second', { timeout: 0.05 })])
  const mark = nonce()
  stderr.write(`${mark} b 0 11 7\n`)
  stdout.write(`${mark} b 0 11 7\n\n${mark} e 0 0\n${mark} b 1 12 7\n`)
  await new Promise((resolve) => setImmediate(resolve))
  stderr.write(`\n${mark} e 0 0\n${mark} b 1 12 7\n`)
  expect(await killed.promise).toEqual({ step: 12, shell: 7 })
  for (const stream of [stdout, stderr]) stream.write(`\n${mark} e 1 143\n${mark} d\n`)
  const [first, second] = await request
  expect(first).toMatchObject({ rc: 0, timedOut: false })
  expect(second).toMatchObject({ rc: null, timedOut: true })
})

test('an answer is complete when both streams have said so', async () => {
  const { shell, stdout, stderr, nonce } = shellOf()
  const request = shell.request([step('one')])
  const mark = nonce()
  stdout.write(`${mark} b 0 11 7\nout\n${mark} e 0 3\n${mark} d\n`)
  await new Promise((resolve) => setImmediate(resolve))
  stderr.write(`${mark} b 0 11 7\nlate\n${mark} e 0 3\n${mark} d\n`)
  expect(told((await request)[0])).toEqual({ rc: 3, stdout: 'out', stderr: 'late' })
})

test('an answer that cannot be read ends the shell', async () => {
  const { shell, stdout, nonce } = shellOf()
  const request = shell.request([step('one')])
  stdout.write(`${nonce()} b 5 11 7\n`)
  await expect(request).rejects.toMatchObject({ reason: 'protocol', started: true })
  expect(shell.dead).toBe(true)
})
