import { describe, expect, test } from 'vitest'
import { Barrier } from '../../../src/run/batch/barrier.ts'

describe('Barrier', () => {
  test('runs once, when every host has arrived or left, with those that arrived, in the order of the hosts', async () => {
    const seen: string[][] = []
    const place = new Barrier<string, string>(['a', 'b', 'c'], async (members) => {
      seen.push([...members])
      return 'opened'
    })
    const c = place.arrive('c', 'C')
    place.leave('b')
    expect(seen).toEqual([])
    const a = place.arrive('a', 'A')
    expect(await Promise.all([a, c])).toEqual(['opened', 'opened'])
    place.leave('a')
    expect(seen).toEqual([['A', 'C']])
  })

  test('does nothing when all leave', () => {
    let runs = 0
    const place = new Barrier<string, void>(['a'], async () => {
      runs += 1
    })
    place.leave('a')
    expect(runs).toBe(0)
  })

  test('gives its error to each that waits', async () => {
    const place = new Barrier<string, never>(['a', 'b'], async () => {
      throw new Error('no')
    })
    const results = await Promise.allSettled([place.arrive('a', 'A'), place.arrive('b', 'B')])
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected'])
  })
})
