import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { artifactsCommand } from '../../src/cli/artifacts.ts'
import { Lab, sha256 } from '../artifacts/lab.ts'
import { releaseServer } from '../artifacts/release-server.ts'

afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

/** What `muster artifacts WORDS` prints on stdout, and its exit code. */
async function run(...words: string[]): Promise<{ out: string; code: typeof process.exitCode }> {
  let out = ''
  vi.stubEnv('NO_COLOR', '1')
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  await artifactsCommand().parseAsync(words, { from: 'user' })
  vi.unstubAllEnvs()
  return { out, code: process.exitCode }
}

async function lab() {
  const server = await releaseServer({ '/a.deb': 'A', '/a-arm.deb': 'ARM', '/b.rpm': 'B' })
  const made = new Lab(
    [
      'a:',
      '  version: 1',
      '  files:',
      `    - { for: linux/amd64, url: "${server.url}/a.deb", sha256: ${sha256('A')} }`,
      `    - { for: linux/arm64, url: "${server.url}/a-arm.deb" }`,
      'b:',
      '  version: 2',
      `  checksums: ${server.url}/SHA256SUMS`,
      '  files:',
      `    - { for: linux/amd64, url: "${server.url}/b.rpm" }`,
      '',
    ].join('\n'),
  )
  const from = ['--file', made.pins, '--from', made.target]
  const to = ['--file', made.pins, '--to', made.target]
  return { made, server, from, to }
}

test('fetch fills the folder, says what was wrong below its file, and exits 2', async () => {
  const { made, server, from, to } = await lab()
  const failed = await run('fetch', ...to)
  expect(failed.out.replaceAll(server.url, 'URL')).toBe(
    [
      'PRODUCT  VERSION  FOR          FILE   STATE',
      'a        1        linux/amd64  a.deb  fetched, as locked',
      'b        2        linux/amd64  b.rpm  failed',
      '    URL/SHA256SUMS: HTTP 404 Not Found',
      '    hint: check version and url in artifacts.yaml',
      '',
      '1 of 2 files there',
      '',
    ].join('\n'),
  )
  expect(failed.code).toBe(2)
  server.answers['/SHA256SUMS'] = `${sha256('B')}  b.rpm\n`
  const good = await run('fetch', ...to)
  expect(good.out).toContain('b        2        linux/amd64  b.rpm  fetched, by list, locked now')
  expect(good.out).toContain(`1 checksum locked in ${made.pins}: look at it and commit the file`)
  expect(good.code).toBe(0)
  expect((await run('verify', ...from)).code).toBe(0)
})

test('verify counts what is there; what is named must be there', async () => {
  const { made, from, to } = await lab()
  const empty = await run('verify', ...from)
  expect([empty.out.split('\n').at(-2), empty.code]).toEqual([`${made.target} holds none of these files`, 3])
  await run('fetch', 'a', ...to)
  const there = await run('verify', ...from)
  expect(there.out).toContain('b.rpm  not there\n')
  expect([there.out.split('\n').at(-2), there.code]).toEqual(['1 of 1 files there are right', 0])
  const named = await run('verify', 'a', 'b', ...from)
  expect(named.out).toMatch(
    /b\.rpm +missing\n {4}there is no file .*b\.rpm\n {4}hint: muster artifacts fetch b\n/,
  )
  expect(named.code).toBe(3)
  writeFileSync(join(made.target, 'a/1/linux-amd64/a.deb'), 'tampered')
  const wrong = await run('verify', ...from)
  expect(wrong.out).toMatch(/a\.deb +wrong\n {4}.*a\.deb has sha256 [0-9a-f]{64}, not [0-9a-f]{64}\n/)
  expect(wrong.code).toBe(3)
})

test('platforms and architectures are chosen by name, or all', async () => {
  const { from } = await lab()
  const files = async (...words: string[]) =>
    [...(await run('verify', ...from, ...words)).out.matchAll(/\S+\.(?:deb|rpm)(?= {2})/g)].map(String)
  expect(await files()).toEqual(['a.deb', 'b.rpm'])
  expect(await files('--arch', 'arm64')).toEqual(['a-arm.deb'])
  expect(await files('--arch', 'amd64,arm64')).toEqual(['a.deb', 'a-arm.deb', 'b.rpm'])
  expect(await files('--platform', 'all', '--arch', 'all')).toEqual(['a.deb', 'a-arm.deb', 'b.rpm'])
  await expect(run('verify', ...from, '--platform', 'windows')).rejects.toThrow(/no file is for these/)
  await expect(run('verify', ...from, '--arch', 'amd46')).rejects.toThrow(/did you mean "amd64"/)
})

test('a name that is not there, and a file that is not there, are refused', async () => {
  const { from } = await lab()
  await expect(run('verify', ...from, 'c')).rejects.toThrow(/no product 'c'/)
  await expect(run('verify', '--file', '/nowhere/artifacts.yaml')).rejects.toThrow(
    /no such file\n {2}hint: copy the one that comes with muster: .*artifacts\.yaml/,
  )
})
