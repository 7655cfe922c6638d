import { expect, test } from 'vitest'
import { countResults, sumCounts } from '../../scripts/test-counts.ts'

const file = (status: string, ...states: string[]) => ({
  status,
  assertionResults: states.map((state) => ({ status: state })),
})

test('counts every test once, by its result', () => {
  const report = {
    testResults: [file('passed', 'passed', 'skipped', 'todo', 'pending'), file('failed', 'failed', 'passed')],
  }
  expect(countResults(report)).toEqual({ passed: 2, failed: 1, skipped: 3 })
})

test('a file that could not be loaded is a failure', () => {
  expect(countResults({ testResults: [file('failed')] })).toEqual({ passed: 0, failed: 1, skipped: 0 })
  expect(countResults({ testResults: [file('failed', 'skipped')] })).toEqual({
    passed: 0,
    failed: 1,
    skipped: 1,
  })
})

test('sums runs', () => {
  const one = { passed: 1, failed: 2, skipped: 3 }
  expect(sumCounts([one, one])).toEqual({ passed: 2, failed: 4, skipped: 6 })
  expect(sumCounts([])).toEqual({ passed: 0, failed: 0, skipped: 0 })
})
