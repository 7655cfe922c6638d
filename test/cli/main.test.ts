import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RunningMuster } from '../run/muster.ts'

const PROGRAM = join(import.meta.dirname, '../../bin/muster.js')

test('muster help COMMAND says what muster COMMAND --help says', async () => {
  const [help, option] = await Promise.all(
    [
      ['help', 'plan'],
      ['plan', '--help'],
    ].map((words) => new RunningMuster(words, { environment: {} }).ended),
  )
  expect(help?.stdout).toContain('--limit <pattern>')
  expect(help).toEqual(option)
})

test('a reader that goes away is no error', async () => {
  const child = spawn(process.execPath, [PROGRAM, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text
  })
  const [code] = await once(child, 'close')
  expect({ code, told }).toEqual({ code: 0, told: '' })
})

test.each([
  ['--port', 'x', 'a port is a number'],
  ['--prometheus', 'nonsense', 'give a URL'],
  ['--host', '192.0.2.1', 'muster: listen EADDRNOTAVAIL'],
  ['--state', '/dev/null/state', '/dev/null/state: cannot be read as a state file'],
])('what muster cloud cannot do is no bug of muster: %s %s', async (option, value, words) => {
  const { code, stderr } = await new RunningMuster(['cloud', option, value], { environment: {} }).ended
  expect(code).toBe(1)
  expect(stderr).toContain(words)
  expect(stderr).not.toContain('    at ')
})
