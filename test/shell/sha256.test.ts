import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Of } from '../../src/shell/sha256.ts'

const CONTENT = Buffer.from('some\0content\n')
const SUM = createHash('sha256').update(CONTENT).digest('hex')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-sha256-'))
  for (const name of ["it's \\ a\nfile", '-c']) writeFileSync(join(folder, name), CONTENT)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs the text with one tool alone in the search path. */
function run(tool: string | undefined, file: string) {
  const path = join(folder, `with-${tool}`)
  mkdirSync(path, { recursive: true })
  const found = ['/usr/bin', '/bin', '/usr/sbin'].map((place) => join(place, tool ?? '')).find(existsSync)
  if (tool !== undefined && found !== undefined && !existsSync(join(path, tool)))
    symlinkSync(found, join(path, tool))
  const { stdout, stderr, status } = spawnSync('/bin/sh', ['-c', sha256Of(file).reveal()], {
    cwd: folder,
    env: { PATH: path },
  })
  return { stdout: stdout.toString(), stderr: stderr.toString(), status }
}

const TOOLS = ['sha256sum', 'shasum', 'openssl', 'busybox']
for (const tool of TOOLS) {
  const missing = !['/usr/bin', '/bin'].some((place) => existsSync(join(place, tool)))
  describe.skipIf(missing)(`by ${tool}${missing ? ' (skipped: it is not installed)' : ''}`, () => {
    test('prints the sum whatever the name', () => {
      expect(run(tool, join(folder, "it's \\ a\nfile"))).toEqual({
        stdout: `${SUM}\n`,
        stderr: '',
        status: 0,
      })
      expect(run(tool, '-c').stdout).toBe(`${SUM}\n`)
    })

    test('fails for a file that is not there', () => {
      const { stdout, stderr, status } = run(tool, join(folder, 'missing'))
      expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
      expect(stderr).toContain('missing')
    })
  })
}

test('says so when the host has no tool', () => {
  const { stdout, stderr, status } = run(undefined, '-c')
  expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
  expect(stderr).toContain('no tool for SHA-256')
})
