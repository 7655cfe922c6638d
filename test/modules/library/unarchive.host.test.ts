import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Become } from '../../../src/connection/connection.ts'
import { readParameters } from '../../../src/modules/check-parameters.ts'
import unarchive from '../../../src/modules/library/unarchive.ts'
import type { ModuleContext } from '../../../src/modules/module.ts'
import type { Value } from '../../../src/values/value.ts'
import { MEMBER_TIME, type Member, tarFile } from '../archives/tar-file.ts'
import { caseContext } from '../conformance/case-context.ts'
import { type CaseHost, ROOT, startCaseHost } from '../conformance/case-host.ts'
import { ask, runModule } from '../conformance/run-module.ts'

/** `app/conf` with the text `a=1`, as bzip2, xz and zstd made it. */
const COMPRESSED = {
  'app.tar.bz2':
    'QlpoOTFBWSZTWSrL2b8AAI57gMmQAARAAP+CAERpAd4ABAggAHQSpqMRppoBk0GmgkqaDTE00ABoPt3PlArSAe1JCL4ybAHEamDRCKBWMedjDwtYKGiAEZNAtN5QFiPI2GZJ8UGLINuF4F7XPEmgVmnxP2lJDgqVKmIpQfi7kinChIFWXs34',
  'app.tar.xz':
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Cf/AHNdADCcLF4A3TRhoicOEFoJCCoCPPGrM5B4+WqJknG5t9vXWxB2j7ApaBdf9b1vYdvKvrsQT+0IPuXadIqDHoWkSo6cRyR7pHKG1zEEW1bzQH/+vrT+GykOdEnOC988xeutBFBDGMKttpVAh/AtIEvI4OHvzQAAANbVPmje5TnAAAGPAYBQAADrwzaQscRn+wIAAAAABFla',
  'app.tar.zst':
    'KLUv/QRovQIA0sMMEaC7ASTLM9a/Z9ar9SyhAi+mB2kEXomW3SVJLRS6zxHZce39jM/BZFeVR3JenLmIh+4TDSBgLbE5+ANPwqrWXQ5HD5g43RR/MWcbHgMSxBTAeBJvAHHs9g==',
}

const APP: readonly Member[] = [
  { name: 'app/', directory: true },
  { name: 'app/conf', content: 'a=1\n' },
  { name: 'app/bin/', directory: true },
  { name: 'app/bin/run', content: '#!/bin/sh\n', mode: 0o755 },
  { name: 'app/link', link: 'conf' },
]

let target: CaseHost
let directory: string
beforeAll(async () => {
  target = await startCaseHost({
    tmpfs: { '/var/tmp': 'size=2m,mode=1777', '/srv/small': 'size=256k,mode=755' },
  })
  directory = await mkdtemp(join(tmpdir(), 'muster-unarchive-'))
  await archive('app.tar.gz', APP)
  await writeFile(join(directory, 'app.tar'), tarFile(APP))
  for (const [name, base64] of Object.entries(COMPRESSED))
    await writeFile(join(directory, name), Buffer.from(base64, 'base64'))
})
afterAll(async () => {
  await target?.stop()
  if (directory !== undefined) await rm(directory, { recursive: true })
})
beforeEach(() =>
  sh(
    'rm -rf /srv/d /srv/elsewhere /srv/small/* /var/tmp/.muster*; mkdir /srv/d /srv/elsewhere; echo old > /srv/elsewhere/x',
  ),
)

const sh = (script: string) => target.host.sh(script)

/** What muster may leave behind. */
const leftovers = () => sh('ls -A /tmp /var/tmp | grep muster || true')

function archive(name: string, members: readonly Member[]): Promise<void> {
  return writeFile(join(directory, name), gzipSync(tarFile(members)))
}

function run(args: Record<string, Value>, options: { check?: boolean } = {}, become: Become | null = ROOT) {
  const context = caseContext({ directory, ...options })
  return runModule(
    unarchive,
    new Map(Object.entries({ dest: '/srv/d', ...args })),
    context,
    target.connection,
    become ?? undefined,
  )
}

describe('an archive with creates', () => {
  const task = { src: 'app.tar.gz', creates: '/srv/d/app/conf' }

  it('costs three requests; then none, and the archive is not even read', async () => {
    const first = await run({ ...task, owner: 'ops', group: 'ops' })
    expect(first).toMatchObject({ changed: true, failed: false, requests: 3 })
    expect(await sh("cd /srv/d/app; stat -c '%n %a %U:%G %Y' bin/run conf link")).toBe(
      [
        `bin/run 755 ops:ops ${MEMBER_TIME}`,
        `conf 644 ops:ops ${MEMBER_TIME}`,
        `link 777 ops:ops ${MEMBER_TIME}`,
        '',
      ].join('\n'),
    )
    expect(await leftovers()).toBe('')
    const again = await run({ ...task, src: 'not-there.tar.gz' })
    expect(again).toMatchObject({
      skipped: true,
      requests: 0,
      msg: 'skipped, since /srv/d/app/conf exists',
    })
  })

  it('shows the change in check mode, and makes none', async () => {
    expect(await run(task, { check: true })).toMatchObject({ changed: true, requests: 0 })
    expect(await run({ ...task, dest: '/srv/later' }, { check: true })).toMatchObject({ changed: true })
    expect(await sh('ls -A /srv/d')).toBe('')
  })

  it('is unpacked again when muster died before the end, though creates is there', async () => {
    const context = caseContext({ directory })
    await dieAfterSending(task, context)
    await sh('mkdir /srv/d/app; echo half > /srv/d/app/conf')
    expect(await leftovers()).toMatch(/^\.muster-\w+-\w+\n$/)
    expect(await run(task)).toMatchObject({ changed: true, requests: 3 })
    expect(await sh('cat /srv/d/app/conf')).toBe('a=1\n')
    expect(await leftovers()).toBe('')
    expect(await run(task)).toMatchObject({ skipped: true })
  })

  it('is unpacked again when the disk was full, though creates is there', async () => {
    await archive('large.tar.gz', [
      { name: 'first', content: 'x' },
      { name: 'second', content: Buffer.alloc(300_000) },
    ])
    const large = { src: 'large.tar.gz', dest: '/srv/small', creates: '/srv/small/first' }
    const full = await run(large)
    expect(full).toMatchObject({ failed: true, changed: true })
    expect(full.msg).toMatch(/^failed to unpack large.tar.gz to .srv.small: the disk is full \(/)
    expect(await sh('cat /srv/small/first')).toBe('x')
    // Nothing of the archive stays, only an empty directory that says that creates proves nothing.
    expect(await sh('cd /var/tmp; find . -name ".muster*" -empty | wc -l; find . -type f | wc -l')).toBe(
      '1\n0\n',
    )
    expect(await run(large)).toMatchObject({ failed: true, requests: 3 })
    await archive('large.tar.gz', [{ name: 'first', content: 'y' }])
    expect(await run(large)).toMatchObject({ failed: false, changed: true })
    expect(await sh('cat /srv/small/first')).toBe('y')
    expect(await leftovers()).toBe('')
  })

  it('needs room for itself, and says where', async () => {
    await archive('huge.tar.gz', [{ name: 'x', content: noise(3_000_000) }])
    const ran = await run({ ...task, src: 'huge.tar.gz' })
    expect(ran).toMatchObject({ failed: true })
    expect(ran.msg).toBe('failed to unpack huge.tar.gz to /srv/d: the disk is full (No space left on device)')
    expect(await leftovers()).toBe('')
    expect(await sh('ls -A /srv/d')).toBe('')
  })
})

describe('an archive without creates', () => {
  it('is compared on the host: four requests to unpack, three to find nothing to do', async () => {
    const task = { src: 'app.tar.gz', list_files: true }
    const files = ['app/', 'app/conf', 'app/bin/', 'app/bin/run', 'app/link']
    expect(await run(task)).toMatchObject({ changed: true, requests: 4, result: { files } })
    expect(await run(task)).toMatchObject({ changed: false, changes: [], requests: 3, result: { files } })
    expect(await leftovers()).toBe('')
  })

  it('gets owner and mode set where only these differ', async () => {
    const task = { src: 'app.tar.gz', owner: 'ops', mode: 'u=rwX,g=rX,o=' }
    await run(task)
    await sh('chmod 666 /srv/d/app/conf; chown root /srv/d/app')
    const ran = await run(task)
    expect(ran.changes.at(-1)).toBe('set owner and mode of what app.tar.gz holds in /srv/d')
    expect(ran.result).not.toHaveProperty('extract_results')
    expect(await sh("stat -c '%a %U' /srv/d/app /srv/d/app/conf /srv/d/app/link")).toBe(
      '750 ops\n640 ops\n777 ops\n',
    )
    expect(await run(task)).toMatchObject({ changed: false })
    expect(await leftovers()).toBe('')
  })

  it('goes to a plain user', async () => {
    await sh('install -d -o ops /srv/d')
    expect(await run({ src: 'app.tar' }, {}, null)).toMatchObject({
      changed: true,
      result: { handler: 'TarArchive' },
    })
    expect(await sh('stat -c %U /srv/d/app/conf')).toBe('ops\n')
    expect(await run({ src: 'app.tar' }, {}, null)).toMatchObject({ changed: false })
  })

  it('is skipped in check mode, also where dest is not there yet', async () => {
    expect(await run({ src: 'app.tar.gz', dest: '/srv/later' }, { check: true })).toMatchObject({
      skipped: true,
    })
    expect(await run({ src: 'app.tar.gz', dest: '/srv/later' })).toMatchObject({
      failed: true,
      msg: "dest '/srv/later' must be an existing dir",
    })
  })
})

describe('a compression', () => {
  beforeAll(() => sh('for m in bzip2 xz; do ln -sf "$(command -v busybox)" /usr/local/bin/$m; done'))

  it.each(['app.tar.bz2', 'app.tar.xz'])('%s', async (src) => {
    expect(await run({ src })).toMatchObject({
      changed: true,
      msg: undefined,
      result: { handler: 'TarArchive' },
    })
    expect(await sh('cat /srv/d/app/conf')).toBe('a=1\n')
    expect(await run({ src })).toMatchObject({ changed: false })
  })

  it('for which the host has no program is named', async () => {
    const ran = await run({ src: 'app.tar.zst' })
    expect(ran.msg).toMatch(
      /^Failed to find handler for "app\.tar\.zst"\. .*could not handle archive: .*zstd/s,
    )
    expect(await leftovers()).toBe('')
  })

  it('zip is refused', async () => {
    await writeFile(join(directory, 'app.zip'), Buffer.from('504b0304140000000000', 'hex'))
    expect((await run({ src: 'app.zip' })).msg).toContain('muster unpacks tar archives only')
  })
})

describe('a hostile archive', () => {
  it.each(['../up', 'a/../../up', '..'])(
    'with a member %j is refused before anything is unpacked',
    async (name) => {
      await archive('evil.tar.gz', [{ name: 'good' }, { name, content: 'evil' }])
      const ran = await run({ src: 'evil.tar.gz', creates: '/srv/d/good', owner: 'ops' })
      expect(ran).toMatchObject({ failed: true, changed: false })
      expect(ran.msg).toBe(
        `failed to unpack evil.tar.gz to /srv/d: its member '${name}' would leave that directory`,
      )
      expect(await sh('ls -A /srv/d; ls /srv/up 2>/dev/null || true')).toBe('')
      expect(await leftovers()).toBe('')
    },
  )

  it('with absolute names stays below dest', async () => {
    await archive('evil.tar.gz', [{ name: '/srv/elsewhere/x', content: 'evil' }])
    expect(await run({ src: 'evil.tar.gz', owner: 'ops' })).toMatchObject({ changed: true, failed: false })
    expect(await sh('cat /srv/elsewhere/x; stat -c %U /srv/elsewhere/x; cat /srv/d/srv/elsewhere/x')).toBe(
      'old\nroot\nevil',
    )
  })

  it('with a link and a file behind it does not reach what the link leads to', async () => {
    await archive('evil.tar.gz', [
      { name: 'l', link: '/srv/elsewhere' },
      { name: 'l/x', content: 'evil' },
    ])
    const task = { src: 'evil.tar.gz', owner: 'ops', mode: '0777' }
    expect(await run(task)).toMatchObject({ failed: true })
    expect(await run(task)).toMatchObject({ failed: true })
    expect(await sh("cat /srv/elsewhere/x; stat -c '%U %a' /srv/elsewhere/x")).toBe('old\nroot 644\n')
    // Now what the link leads to is just like the member: nothing is to be unpacked, and its owner stays all the same.
    await sh(`printf evil > /srv/elsewhere/x; touch -d @${MEMBER_TIME} /srv/elsewhere/x`)
    const ran = await run(task)
    expect(ran).toMatchObject({ failed: true })
    expect(ran.msg).toContain('leads out of that directory')
    expect(await sh("stat -c '%U %a' /srv/elsewhere/x")).toBe('root 644\n')
  })

  it('has names that are data', async () => {
    const names = [
      '-rf',
      '--owner=ops',
      'a\nb',
      'back\\slash\\n',
      'q\'u"o`id`$(touch /srv/elsewhere/ran)',
      '%s%n',
      ' two  words ',
      '*',
      'ü',
      Buffer.from([0x62, 0xff, 0x63]),
    ]
    await archive(
      'odd.tar.gz',
      names.map((name) => ({ name, content: 'x' })),
    )
    const task = { src: 'odd.tar.gz', owner: 'ops', mode: '0600', list_files: true }
    const first = await run(task)
    expect(first).toMatchObject({ changed: true, failed: false })
    expect(first.result['files']).toEqual(
      names.map((name) => (typeof name === 'string' ? name : name.toString('utf8'))),
    )
    expect(
      await sh("cd /srv/d; find . -type f -user ops -perm 0600 -printf 'x\\n' | wc -l; ls /srv/elsewhere"),
    ).toBe(`${names.length}\nx\n`)
    expect(await run(task)).toMatchObject({ changed: false, failed: false })
  })
})

describe('an archive of the host', () => {
  it('may have a colon and blanks in its name, and a name with ~', async () => {
    await sh("cd /srv/d; mkdir app; echo a=1 > app/conf; tar -cf '/root/host: a.tar' app; rm -r app")
    const task = { src: '~/host: a.tar', remote_src: true }
    expect(await run(task)).toMatchObject({ changed: true, requests: 2, result: { src: '~/host: a.tar' } })
    expect(await run(task)).toMatchObject({ changed: false, requests: 1 })
    expect(await run({ ...task, creates: '/srv/d/x' })).toMatchObject({ changed: true, requests: 1 })
    expect(await leftovers()).toBe('')
  })
})

/** Bytes that do not compress. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0, state = 1; at < size; at += 1) {
    state = (state * 48271) % 2147483647
    bytes[at] = state & 0xff
  }
  return bytes
}

/** The task's steps up to the unpacking, as a muster that is killed leaves them. */
async function dieAfterSending(args: Record<string, Value>, context: ModuleContext): Promise<void> {
  const { connection } = target
  const params = readParameters(unarchive, new Map(Object.entries({ dest: '/srv/d', ...args })))
  const answers = await ask(await unarchive.observe(params, context), (asked) =>
    connection.request(ROOT, asked),
  )
  const steps = unarchive.converge(params, answers, context)
  for (let step = await steps.next(); step.done !== true; ) {
    const action = step.value
    if (action.kind === 'push') {
      await connection.push(ROOT, action.source, action.to)
      return
    }
    if (action.kind !== 'run') throw new Error(`an action of kind ${action.kind} was not expected`)
    const [output] = await connection.request(ROOT, [{ script: action.script }])
    step = await steps.next({ ...output!, value: null, answers: undefined })
  }
  throw new Error('nothing was sent')
}
