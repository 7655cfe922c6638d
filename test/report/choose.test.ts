import { expect, test } from 'vitest'
import { canRedraw } from '../../src/report/choose.ts'

test('rows are redrawn on a terminal that is wide enough for them and can move its cursor', () => {
  const terminal = { isTTY: true, columns: 80 }
  expect(canRedraw(terminal, { TERM: 'xterm' })).toBe(true)
  expect(canRedraw({ ...terminal, columns: 0 }, {})).toBe(false)
  expect(canRedraw(terminal, { TERM: 'dumb' })).toBe(false)
  expect(canRedraw(terminal, { CI: 'true' })).toBe(false)
  expect(canRedraw({}, {})).toBe(false)
})
