import { expect, test } from 'vitest'
import { hostFailure, reasonOf } from '../../src/values/host-failure.ts'

const ended = { rc: 1, timedOut: false, stderr: Buffer.alloc(0) }

test.each([
  [{ ...ended, stderr: Buffer.from(' no such unit\n') }, 'no such unit'],
  [ended, 'exit status 1'],
  [{ ...ended, rc: null }, 'was killed by a signal'],
  [{ ...ended, rc: null, timedOut: true }, 'timed out'],
])('why a program failed is what it said, or how it ended', (output, reason) => {
  expect(reasonOf(output)).toBe(reason)
})

test('what a host said cannot act on a terminal, and has an end', () => {
  const stderr = Buffer.from(`\u001b]0;title\u0007\u001b[31mred\u202e ${'x'.repeat(100_000)}`)
  const { message } = hostFailure('it failed', { ...ended, stderr })
  expect(message).toMatch(/^it failed: red\\u\{202e\} x+…$/)
  expect(message.length).toBeLessThan(66_000)
})
