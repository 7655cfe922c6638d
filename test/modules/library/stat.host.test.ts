import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import slurp from '../../../src/modules/library/slurp.ts'
import stat from '../../../src/modules/library/stat.ts'
import type { Module } from '../../../src/modules/module.ts'
import type { Value } from '../../../src/values/value.ts'
import { toJson } from '../conformance/case.ts'
import { caseContext } from '../conformance/case-context.ts'
import { type CaseHost, ROOT, startCaseHost } from '../conformance/case-host.ts'
import { runModule } from '../conformance/run-module.ts'

let target: CaseHost
beforeAll(async () => {
  target = await startCaseHost()
})
afterAll(() => target?.stop())

const sh = (script: string) => target.host.sh(script)

function run(module: Module, args: Record<string, Value>, become = true) {
  const arguments_ = new Map(Object.entries(args))
  return runModule(module, arguments_, caseContext(), target.connection, become ? ROOT : undefined)
}

async function found(args: Record<string, Value>, become = true) {
  const ran = await run(stat, args, become)
  expect(ran.msg).toBeUndefined()
  return toJson(ran.result['stat']!) as Record<string, unknown>
}

describe('stat', () => {
  it('knows times, places and special kinds', async () => {
    await sh(
      "mkdir -p /srv/s; echo x > /srv/s/f; touch -d '2026-01-01 00:00:00 UTC' /srv/s/f; mkfifo /srv/s/p",
    )
    const [dev, inode] = (await sh('stat -c "%d %i" /srv/s/f')).trim().split(' ').map(Number)
    expect(await found({ path: '/srv/s/f' })).toMatchObject({ mtime: 1767225600, dev, inode, isfifo: false })
    expect(await found({ path: '/srv/s/p' })).toMatchObject({ isfifo: true, isreg: false })
    expect(await found({ path: '/dev/null' })).toMatchObject({ ischr: true })
  })

  it.each(["it's", '-c', 'line\nend', '$(id)', 'ü', '*'])('describes a file named %j', async (name) => {
    await sh('rm -rf /srv/n; mkdir /srv/n')
    const quoted = name.replaceAll("'", "'\\''")
    await sh(`cd /srv/n; echo hello > './${quoted}'; ln -s './${quoted}' l`)
    expect(await found({ path: `/srv/n/${name}` })).toMatchObject({
      path: `/srv/n/${name}`,
      checksum: 'f572d396fae9206628714fb2ce00f72e94f2258f',
    })
    expect(await found({ path: '/srv/n/l' })).toMatchObject({
      lnk_target: `./${name}`,
      lnk_source: `/srv/n/${name}`,
    })
  })

  it.each([
    ['md5', 'b1946ac92492d2347c6235b4d2611184'],
    [
      'sha512',
      'e7c22b994c59d9cf2b48e549b1e24666636045930d3da7c1acb299d1c3b7f931f94aae41edda2c2b207a36e10f8bcb8d45223e54878f5b316e7ce3b6bc019629',
    ],
  ])('computes %s', async (algorithm, sum) => {
    await sh('echo hello > /srv/hello')
    expect((await found({ path: '/srv/hello', checksum_algorithm: algorithm }))['checksum']).toBe(sum)
  })

  it('tells what cannot be looked at from what is not there', async () => {
    await sh('mkdir -p -m 700 /srv/closed; echo x > /srv/closed/f; echo x > /srv/file; chmod 600 /srv/file')
    expect(await run(stat, { path: '/srv/closed/f' }, false)).toMatchObject({
      failed: true,
      msg: 'Permission denied',
    })
    expect(await run(stat, { path: '/srv/file/f' })).toMatchObject({ failed: true, msg: 'Not a directory' })
    expect(await found({ path: '/srv/file' }, false)).toMatchObject({ exists: true, readable: false })
    expect(await found({ path: '/srv/file' }, false)).not.toHaveProperty('checksum')
  })

  it('leaves out names that ids do not have', async () => {
    await sh('touch /srv/nobody; chown 4711:4712 /srv/nobody')
    const state = await found({ path: '/srv/nobody' })
    expect(state).toMatchObject({ uid: 4711, gid: 4712 })
    expect(Object.keys(state).filter((key) => key.endsWith('_name'))).toEqual([])
  })

  it('says what it does not read', async () => {
    expect(await run(stat, { path: '/', get_mime: true })).toMatchObject({
      failed: true,
      msg: 'get_mime is not supported',
    })
  })
})

describe('slurp', () => {
  it('reads bytes as they are', async () => {
    await sh("printf 'a\\0b\\377\\n\\n' > /srv/bytes")
    expect((await run(slurp, { path: '/srv/bytes' })).result).toEqual({
      content: Buffer.from([0x61, 0, 0x62, 0xff, 0x0a, 0x0a]).toString('base64'),
      encoding: 'base64',
      source: '/srv/bytes',
    })
  })

  it('reads a million bytes, and not one more', async () => {
    await sh('head -c 1000000 /dev/zero > /srv/large')
    expect((await run(slurp, { src: '/srv/large' })).result['content']).toBe(
      Buffer.alloc(1_000_000).toString('base64'),
    )
    await sh('printf x >> /srv/large')
    expect(await run(slurp, { src: '/srv/large' })).toMatchObject({
      failed: true,
      msg: 'File is too large: /srv/large has more than 1000000 bytes',
    })
  })

  it('does not wait for a pipe', async () => {
    await sh('rm -f /srv/pipe; mkfifo /srv/pipe')
    expect(await run(slurp, { src: '/srv/pipe' })).toMatchObject({ msg: 'File is not readable: /srv/pipe' })
    expect(await run(slurp, { src: '/srv/none' })).toMatchObject({ msg: 'File not found: /srv/none' })
  })
})
