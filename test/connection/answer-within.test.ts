import { describe, expect, test } from 'vitest'
import { answerWithin, type Pending, unlessAborted } from '../../src/connection/answer-within.ts'

function waiting(seconds: number, signal?: AbortSignal) {
  let pending: Pending<string> | undefined
  const expired = () => new Error('expired')
  const answer = answerWithin<string>({ name: 'host1', seconds, signal, expired }, (given) => {
    pending = given
  })
  return { answer, pending: () => pending }
}

describe('an answer that comes by a callback', () => {
  test('is the first one, and whoever comes later is told so', async () => {
    const { answer, pending } = waiting(60)
    pending()?.resolve('first')
    pending()?.reject(new Error('second'))
    expect(pending()?.waiting).toBe(false)
    expect(await answer).toBe('first')
  })

  test('is not waited for beyond its time', async () => {
    const { answer, pending } = waiting(0)
    await expect(answer).rejects.toThrow('expired')
    expect(pending()?.waiting).toBe(false)
  })

  test('is not waited for after an abort, and not asked for at all when that came before', async () => {
    const abort = new AbortController()
    const before = waiting(60, abort.signal)
    abort.abort()
    await expect(before.answer).rejects.toMatchObject({ reason: 'cancelled', message: 'host1: cancelled' })
    const after = waiting(60, abort.signal)
    await expect(after.answer).rejects.toMatchObject({ reason: 'cancelled' })
    expect(after.pending()).toBeUndefined()
  })

  test('is what the start throws', async () => {
    const expired = () => new Error('expired')
    const answer = answerWithin({ name: 'host1', seconds: 60, signal: undefined, expired }, () => {
      throw new Error('gone')
    })
    await expect(answer).rejects.toThrow('gone')
  })
})

test('a promise is left alone after an abort, also one that came before', async () => {
  const never = new Promise<string>(() => {})
  await expect(unlessAborted(never, AbortSignal.abort(), 'host1')).rejects.toMatchObject({
    reason: 'cancelled',
  })
  const abort = new AbortController()
  const left = unlessAborted(never, abort.signal, 'host1')
  abort.abort()
  await expect(left).rejects.toMatchObject({ reason: 'cancelled' })
  expect(await unlessAborted(Promise.resolve('there'), new AbortController().signal, 'host1')).toBe('there')
})
