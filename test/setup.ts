import { afterAll, expect, vi } from 'vitest'

// Unit tests of several files share a process (which spares importing everything anew for each): a file leaves the
// process as it found it, or the next one would see what it changed.

const before = state()

afterAll(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
  expect(state(), 'a test file changed its process').toEqual(before)
})

function state() {
  return { env: { ...process.env }, cwd: process.cwd(), umask: process.umask() }
}
