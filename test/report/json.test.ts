import { expect, test } from 'vitest'
import { jsonReport } from '../../src/report/json.ts'
import { Secret } from '../../src/values/secret.ts'
import type { Key, Value } from '../../src/values/value.ts'

test('an event is one line of JSON; secrets stay hidden; a line end in a value does not break the line', () => {
  const lines: string[] = []
  jsonReport((line) => lines.push(line))({
    type: 'task',
    play: 'p',
    host: 'h\n1',
    task: 't',
    module: 'debug',
    handler: false,
    status: 'ok',
    message: undefined,
    hint: undefined,
    diff: [{ before: 'a\n', after: new Secret('hidden-value') }],
    result: new Map<Key, Value>([['msg', new Secret('hidden-value')]]),
    seconds: 0,
  })
  expect(lines).toHaveLength(1)
  expect(lines[0]?.trimEnd()).not.toContain('\n')
  expect(lines[0]).not.toContain('hidden-value')
  expect((JSON.parse(lines[0] ?? '') as { result: { msg: string } }).result.msg).toBe('********')
})

test('what a host sends moves no terminal and hides nothing of the line', () => {
  const lines: string[] = []
  const evil = '\u009b2J\u202eevil\u2066\u200b\u{e0041}'
  jsonReport((line) => lines.push(line))({ type: 'warning', message: evil })
  expect(lines[0]).toMatch(/^[\x20-\x7e]*\n$/)
  expect((JSON.parse(lines[0] ?? '') as { message: string }).message).toBe(evil)
})
