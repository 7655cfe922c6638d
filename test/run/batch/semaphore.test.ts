import { expect, test } from 'vitest'
import { Semaphore } from '../../../src/run/batch/semaphore.ts'

test('no more places than given, and a place that is freed is given on', async () => {
  const slots = new Semaphore(2)
  const first = await slots.take()
  await slots.take()
  let third = false
  const waiting = slots.take().then((release) => {
    third = true
    return release
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(third).toBe(false)
  first()
  await waiting
  expect(third).toBe(true)
})
