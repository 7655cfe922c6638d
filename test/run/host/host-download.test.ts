import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { downloadScript } from '../../../src/run/host/link/host-download.ts'
import { sha256, workFolder } from '../../artifacts/lab.ts'
import { releaseServer } from '../../artifacts/release-server.ts'

const CONTENT = Buffer.alloc(200_000, 'some\0content')
const FOLDERS = ['/usr/bin', '/bin']
const place = (name: string) => FOLDERS.map((folder) => join(folder, name)).find(existsSync)

/** Runs a script with a few tools alone in the search path; `wget` is busybox's. */
function run(shell: string, tools: readonly string[], script: string) {
  const path = workFolder()
  mkdirSync(path, { recursive: true })
  for (const tool of [...tools, 'sha256sum'])
    symlinkSync(place(tool === 'wget' ? 'busybox' : tool) ?? '/nowhere', join(path, tool))
  const words = shell === 'busybox' ? ['sh', '-c', script] : ['-c', script]
  return new Promise<{ status: number | null; stderr: string }>((resolve, reject) => {
    // bash takes a socket for a remote login, and would read the user's start-up file.
    const child = spawn(place(shell) ?? shell, words, {
      env: { PATH: path },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stderr: stderr.trim() }))
  })
}

function target(): string {
  const to = join(workFolder(), "it's a $file")
  writeFileSync(to, 'before', { mode: 0o600 })
  return to
}

for (const shell of ['dash', 'bash', 'busybox']) {
  const missing = ['curl', 'busybox', shell].filter((tool) => place(tool) === undefined)
  const title = missing.length === 0 ? `in ${shell}` : `in ${shell} (skipped: no ${missing.join(', ')} here)`
  describe.skipIf(missing.length > 0).each(['curl', 'wget'])(`${title} with %s`, (tool) => {
    test('a host fetches a file into the one that is there', async () => {
      const server = await releaseServer({ "/a'b%20$c": CONTENT })
      const to = target()
      const script = downloadScript(`${server.url}/a'b%20$c`, sha256(CONTENT), to).reveal()
      expect(await run(shell, [tool], script)).toEqual({ status: 0, stderr: '' })
      expect(readFileSync(to)).toEqual(CONTENT)
      expect(statSync(to).mode & 0o777).toBe(0o600)
    })

    test('another content is refused', async () => {
      const server = await releaseServer({ '/a': 'another' })
      const script = downloadScript(`${server.url}/a`, sha256(CONTENT), target()).reveal()
      const { status, stderr } = await run(shell, [tool], script)
      expect(status).toBe(1)
      expect(stderr).toBe(`${server.url}/a has sha256 ${sha256('another')}, not ${sha256(CONTENT)}`)
    })

    test('an address that does not answer is named', async () => {
      const server = await releaseServer({})
      const script = downloadScript(`${server.url}/a`, sha256(CONTENT), target()).reveal()
      const { status, stderr } = await run(shell, [tool], script)
      expect(status).toBe(1)
      expect(stderr).toMatch(
        new RegExp(`this host cannot fetch ${server.url}/a \\(${tool}: exit status \\d+\\)$`),
      )
    })
  })
}

test('a host without curl and wget says so', async () => {
  const { status, stderr } = await run(
    'dash',
    [],
    downloadScript('http://127.0.0.1/a', sha256(''), target()).reveal(),
  )
  expect(status).toBe(1)
  expect(stderr).toBe('this host has neither curl nor wget to fetch http://127.0.0.1/a with')
})
