import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { oneAtATime } from '../../../src/modules/registration/register-script.ts'
import { sh } from '../../../src/shell/sh.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-register-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Registers like a slow agent: looks, says so, and writes when it is let go. */
function registration() {
  const script = sh`echo ready
${oneAtATime(folder)}
if [ -e ${join(folder, 'registered')} ]; then echo 'is registered'; exit; fi
echo registers
until [ -e ${join(folder, 'go')} ]; do sleep 0.05; done
echo mi-1 >${join(folder, 'registered')}`
  const child = spawn('sh', ['-c', script.reveal()], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const said: string[] = []
  lines.on('line', (line) => said.push(line))
  return { says: () => once(lines, 'line'), said, ended: once(child, 'close') }
}

test('two runs that find the host unregistered register it once', async () => {
  const first = registration()
  while (first.said.at(-1) !== 'registers') await first.says()
  const second = registration()
  await second.says()
  writeFileSync(join(folder, 'go'), '')
  await Promise.all([first.ended, second.ended])
  expect(first.said).toEqual(['ready', 'registers'])
  expect(second.said).toEqual(['ready', 'is registered'])
})
