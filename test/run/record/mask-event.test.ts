import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../../src/run/record/events.ts'
import { maskError, maskEvent, maskFields } from '../../../src/run/record/mask-event.ts'
import { Masker } from '../../../src/values/masking/masker.ts'
import { InputError } from '../../../src/values/problem.ts'
import { REDACTED, Secret } from '../../../src/values/secret.ts'
import type { Key, Value } from '../../../src/values/value.ts'

const WORD = 'sentinel-5903'
const masker = new Masker()
masker.learn(new Secret(WORD))

test('a field that nobody knows is masked, however deep; what muster counts and names is not', () => {
  const event = {
    type: 'new',
    host: WORD,
    novel: `a ${WORD}`,
    deep: [{ more: [WORD], host: WORD, position: { file: WORD } }],
    value: new Map([[WORD, WORD]]),
    secret: new Secret('x'),
    count: 3,
    none: null,
  }
  expect(maskFields(masker, event)).toEqual({
    type: 'new',
    host: WORD,
    novel: `a ${REDACTED}`,
    deep: [{ more: [REDACTED], host: WORD, position: { file: WORD } }],
    value: new Map([[REDACTED, REDACTED]]),
    secret: event.secret,
    count: 3,
    none: null,
  })
})

describe('a task', () => {
  const task = (more: Partial<RunEvent & { type: 'task' }>): RunEvent & { type: 'task' } => ({
    ...{ type: 'task', play: 'p', host: 'h', task: 't', module: 'm', handler: false, status: 'ok' },
    ...{ message: undefined, hint: undefined, diff: [], result: new Map(), seconds: 0 },
    ...more,
  })

  test('is masked in each of its texts', () => {
    const result = new Map<Key, Value>([
      ['stdout', WORD],
      ['lines', [WORD]],
      [WORD, 1],
    ])
    const texts = { play: WORD, task: WORD, item: WORD, message: WORD, hint: WORD }
    const diff = [{ header: WORD, before: WORD, after: new Map([['a', WORD]]) }]
    const masked = maskEvent(masker, task({ ...texts, result, diff }))
    expect(JSON.stringify(masked, (_, value) => (value instanceof Map ? [...value] : value))).not.toContain(
      WORD,
    )
    expect(masked).toMatchObject({ play: REDACTED, item: REDACTED, message: REDACTED })
  })

  test('is cut where it was masked, so that no half of a secret is left', () => {
    const before = 'x'.repeat(195)
    expect(maskEvent(masker, task({ item: before + WORD }))).toMatchObject({ item: `${before}*****…` })
    const message = `${'x'.repeat(8187)}${WORD}`
    expect(maskEvent(masker, task({ message }))).toMatchObject({ message: `${message.slice(0, 8187)}*****…` })
  })

  test('whose output the connection cut shows no beginning of a secret', () => {
    const result = (truncated: boolean) =>
      new Map<Key, Value>([
        ['stdout', `a ${WORD.slice(0, 9)}`],
        ['truncated', truncated],
      ])
    expect(maskEvent(masker, task({ result: result(true) }))).toMatchObject({
      result: new Map<Key, Value>([
        ['stdout', `a ${REDACTED}`],
        ['truncated', true],
      ]),
    })
    expect(maskEvent(masker, task({ result: result(false) }))).toMatchObject({ result: result(false) })
  })
})

test('what a run throws is masked: mistakes of the input, and errors that nobody foresaw', () => {
  const input = new InputError([{ message: `a ${WORD}`, hint: WORD, position: { file: 'f', line: 1 } }])
  expect((maskError(masker, input) as InputError).problems).toEqual([
    { message: `a ${REDACTED}`, hint: REDACTED, position: { file: 'f', line: 1 } },
  ])
  const error = maskError(masker, new Error(`a ${WORD}`)) as Error
  expect(error.message).toBe(`a ${REDACTED}`)
  expect(error.stack).not.toContain(WORD)
})
