import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryName } from '../../../../src/modules/files/enter.ts'
import copy from '../../../../src/modules/library/copy.ts'
import { Secret } from '../../../../src/values/secret.ts'
import type { Value } from '../../../../src/values/value.ts'
import { caseContext } from '../../conformance/case-context.ts'
import { type CaseHost, ROOT, startCaseHost } from '../../conformance/case-host.ts'
import { runModule } from '../../conformance/run-module.ts'

const LARGE = 300_000

let target: CaseHost
let directory: string
beforeAll(async () => {
  target = await startCaseHost({ tmpfs: { '/srv/small': 'size=256k' } })
  directory = await mkdtemp(join(tmpdir(), 'muster-write-'))
  await writeFile(join(directory, 'large'), Buffer.alloc(LARGE, 'abcdefg\n'))
})
afterAll(async () => {
  await target?.stop()
  if (directory !== undefined) await rm(directory, { recursive: true })
})

function run(args: Record<string, Value>, options: { check?: boolean; diff?: boolean } = {}) {
  const context = caseContext({ directory, ...options })
  return runModule(copy, new Map(Object.entries(args)), context, target.connection, ROOT)
}

const sh = (script: string) => target.host.sh(script)

describe('a copy', () => {
  it('costs no request when nothing is to do, one for a small text, three for a large file', async () => {
    await sh('mkdir -p /srv/cost')
    const small = { content: 'x\n', dest: '/srv/cost/small' }
    expect((await run(small)).requests).toBe(1)
    expect((await run(small)).requests).toBe(0)
    const large = { src: 'large', dest: '/srv/cost/large' }
    const before = target.connection.counters.requests
    expect((await run(large)).requests).toBe(3)
    // Two requests over the resident shell beside the look; the bytes go over a channel of their own.
    expect(target.connection.counters.requests - before).toBe(3)
    expect((await run(large)).requests).toBe(0)
    const sum = createHash('sha256').update(Buffer.alloc(LARGE, 'abcdefg\n')).digest('hex')
    expect(await sh('sha256sum < /srv/cost/large; ls -A /srv/cost')).toBe(`${sum}  -\nlarge\nsmall\n`)
  })

  it.each(["it's", 'two words', '-n', '$HOME is not one', 'line\nend', '*', '"quoted"', 'ü', 'back\\slash'])(
    'goes to a file named %j and finds it again',
    async (name) => {
      await sh('rm -rf /srv/names; mkdir /srv/names')
      // `$HOME` in a path is a variable, as with Ansible; the name is what remains of it.
      const dest = `/srv/names/${name.replace('$', '$ ')}`
      expect((await run({ content: 'x', dest })).msg).toBeUndefined()
      const again = await run({ content: 'x', dest })
      expect(again.changed).toBe(false)
      expect(again.result['dest']).toBe(dest)
      expect(await sh('ls -A /srv/names | wc -l')).toBe(`${dest.split('\n').length}\n`)
    },
  )

  it('keeps extended attributes and access lists of the file that it replaces', async () => {
    await sh('mkdir -p /srv/kept; echo old > /srv/kept/f; chmod 2640 /srv/kept/f; chown ops:ops /srv/kept/f')
    const ran = await run({ content: 'new\n', dest: '/srv/kept/f', backup: true })
    expect(ran.changed).toBe(true)
    expect(ran.result['backup_file']).toMatch(/^\/srv\/kept\/f\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~$/)
    expect(await sh("cd /srv/kept; stat -c '%a %U:%G' *; cat f*~")).toBe('2640 ops:ops\n2640 ops:ops\nold\n')
  })
})

describe('a full disk', () => {
  it.each([
    ['a text', { content: 'n'.repeat(30_000) }],
    ['a pushed file', { src: 'large' }],
  ])('stops %s: the old file stays, no other one remains, and the message says why', async (_, what) => {
    await sh('rm -rf /srv/small/*; echo old > /srv/small/f; head -c 245000 /dev/zero > /srv/small/filler')
    const ran = await run({ ...what, dest: '/srv/small/f', backup: false })
    expect(ran.failed).toBe(true)
    expect(ran.changed).toBe(false)
    expect(ran.msg).toBe('Could not write /srv/small/f: the disk is full (No space left on device)')
    expect(await sh('ls -A /srv/small; cat /srv/small/f')).toBe('f\nfiller\nold\n')
  })
})

describe('what a killed run left', () => {
  it('goes with the next write of that file, and nothing else does', async () => {
    await sh('mkdir -p /srv/left')
    const left = [temporaryName('/srv/left/f'), temporaryName('/srv/left/other')]
    await sh(`touch ${left.join(' ')}`)
    expect((await run({ content: 'x', dest: '/srv/left/f' })).failed).toBe(false)
    expect(await sh('ls -A /srv/left')).toBe(`${left[1]!.split('/').at(-1)}\nf\n`)
  })
})

describe('a secret', () => {
  it('is in no command line while it is written, and in no diff', async () => {
    await sh(`mkdir -p /srv/secret; printf '#!/bin/sh\\nps axww -o args > /srv/secret/seen\\n' > /srv/secret/check
chmod 755 /srv/secret/check`)
    const ran = await run(
      {
        content: new Secret('hunter2\n'),
        dest: '/srv/secret/f',
        mode: '0600',
        validate: '/srv/secret/check %s',
      },
      { diff: true },
    )
    expect(ran.failed).toBe(false)
    expect(JSON.stringify([ran.diff, ran.did])).not.toContain('hunter2')
    expect(await sh('cat /srv/secret/f')).toBe('hunter2\n')
    const seen = await sh('cat /srv/secret/seen')
    expect(seen).toContain('/srv/secret/check')
    expect(seen).not.toContain('hunter2')
  })
})
