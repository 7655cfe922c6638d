import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { processStart } from '../../src/run/record/process-start.ts'

// The processes of `muster lab`: how they are started, found, told apart from others and ended. What runs in them is
// the demo, which is tried as a whole by `npm run demo`; here it is a set-up that says what it is told to do.

const SOURCES = join(import.meta.dirname, '../../src')
const PROGRAM = `
import { labCommand } from '${SOURCES}/cli/lab.ts'
import { reportError } from '${SOURCES}/cli/terminal/report-error.ts'
await labCommand(process.argv[1]).parseAsync(['node', 'lab', process.argv[2]]).catch((error) => { process.exitCode = reportError(error) })
`
const SETUP = `
import { appendFileSync, writeFileSync } from 'node:fs'
import { processStart } from '${SOURCES}/run/record/process-start.ts'
const say = (text) => appendFileSync('told', text + '\\n')
const words = process.argv.slice(2).join(' ')
say(words === '' ? 'removed leftovers' : 'started ' + words)
console.log('setup: hosts')
if (process.env.LAB_FAILS) process.exit(1)
if (words !== '') {
  process.on('SIGTERM', () => { say('removed containers'); process.exit(0) })
  setInterval(() => {}, 1000)
  const ready = { pid: process.pid, started: processStart(process.pid), text: 'export AWS_REGION=x\\n' }
  writeFileSync('.cache/demo/lab-ready.json', JSON.stringify(ready))
}`

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'muster-lab-'))
  await mkdir(join(root, 'node_modules/testcontainers'), { recursive: true })
  await mkdir(join(root, 'scripts'))
  await writeFile(join(root, 'node_modules/testcontainers/package.json'), '{}')
  await writeFile(join(root, 'scripts/demo.ts'), '')
  await writeFile(join(root, 'scripts/setup.mjs'), SETUP)
})
afterEach(async () => {
  await lab('down')
  await rm(root, { recursive: true })
})

function lab(word: string, env: Record<string, string> = {}) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const words = ['--input-type=module', '-e', PROGRAM, '--', root, word]
    const child = execFile(
      process.execPath,
      words,
      { env: { ...process.env, ...env } },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

const told = async () => (await readFile(join(root, 'told'), 'utf8')).trim().split('\n')
const state = async () => JSON.parse(await readFile(join(root, '.cache/demo/lab.json'), 'utf8'))

describe('muster lab', () => {
  test('starts what outlives it, says how to use it, and ends it', async () => {
    expect(await lab('status')).toMatchObject({ code: 1, stdout: expect.stringContaining('lab is down') })
    const up = await lab('up')
    expect(up).toMatchObject({ code: 0, stdout: 'export AWS_REGION=x\n' })
    expect(up.stderr).toContain('setup: hosts')
    const { pid, started } = await state()
    expect(processStart(pid)).toBe(started)
    expect(await lab('status')).toMatchObject({ code: 0, stdout: 'export AWS_REGION=x\n' })
    expect(await lab('up')).toMatchObject({ code: 1, stderr: expect.stringContaining('is up already') })
    expect(await lab('down')).toMatchObject({ code: 0, stdout: 'the lab is down\n' })
    expect(processStart(pid)).not.toBe(started)
    expect(await told()).toEqual(['started scripts/demo.ts --lab', 'removed containers'])
    expect(existsSync(join(root, '.cache/demo/lab.json'))).toBe(false)
  })

  test('ends no process that was given the number of one of its own', async () => {
    const other = spawn('sleep', ['600'])
    await once(other, 'spawn')
    await mkdir(join(root, '.cache/demo'), { recursive: true })
    const boot = processStart(other.pid!)!.split('/')[0]
    for (const file of ['lab.json', 'lab-ready.json'])
      await writeFile(
        join(root, '.cache/demo', file),
        JSON.stringify({ pid: other.pid, started: `${boot}/1`, text: 'x' }),
      )
    expect(await lab('status')).toMatchObject({ code: 1, stdout: expect.stringContaining('lab is down') })
    expect(await lab('down')).toMatchObject({ code: 0 })
    expect(other.exitCode).toBeNull()
    expect(other.signalCode).toBeNull()
    other.kill()
    // Its own were killed: the containers that they left are removed.
    expect(await told()).toEqual(['removed leftovers'])
  })

  test('removes the containers of a set-up that was killed', async () => {
    await lab('up')
    process.kill((await state()).pid, 'SIGKILL')
    expect(await lab('down')).toMatchObject({ code: 0 })
    expect(await told()).toEqual(['started scripts/demo.ts --lab', 'removed leftovers'])
  })

  test('says what was said where it does not start', async () => {
    const up = await lab('up', { LAB_FAILS: '1' })
    expect(up).toMatchObject({ code: 1, stdout: '' })
    expect(up.stderr).toMatch(/setup: hosts\n.*the lab did not start\n {2}hint: .*lab\.log/)
    expect(existsSync(join(root, '.cache/demo/lab.json'))).toBe(false)
  })

  test('is refused where the packages for development are not installed', async () => {
    await rm(join(root, 'node_modules'), { recursive: true })
    const up = await lab('up')
    expect(up.code).toBe(1)
    expect(up.stderr).toMatch(/needs node_modules\/testcontainers.*\n {2}hint: clone the repository/)
    expect(existsSync(join(root, 'told'))).toBe(false)
  })
})
