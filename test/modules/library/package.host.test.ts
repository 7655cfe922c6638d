import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import packageModule from '../../../src/modules/library/package.ts'
import type { Value } from '../../../src/values/value.ts'
import { caseContext } from '../conformance/case-context.ts'
import { type CaseHost, ROOT, startCaseHost } from '../conformance/case-host.ts'
import { runModule } from '../conformance/run-module.ts'
import { debFile, tar } from '../packages/deb-file.ts'

let target: CaseHost
let directory: string
beforeAll(async () => {
  target = await startCaseHost()
  directory = await mkdtemp(join(tmpdir(), 'muster-package-'))
  await writePackage('one.deb', '1.0')
  await writePackage('two.deb', '2.0')
  await writePackage('broken.deb', '1.0', {
    './postinst': '#!/bin/sh\n[ -e /srv/good ] || { echo "not today" >&2; exit 7; }\n',
  })
  await writePackage('needy.deb', '1.0', {}, 'Depends: no-such-thing (>= 3)\n')
})
afterAll(async () => {
  await target?.stop()
  if (directory !== undefined) await rm(directory, { recursive: true })
})
beforeEach(async () => {
  await target.host.sh('dpkg --purge --force-all casepkg 2>/dev/null; rm -f /srv/good')
})

async function writePackage(file: string, version: string, scripts: Record<string, string> = {}, more = '') {
  const control = `Package: casepkg\nVersion: ${version}\nArchitecture: all\nMaintainer: Case <case@example.com>\n${more}Description: case\n`
  const members = tar({ './control': control, ...scripts })
  // Scripts must be executable: the mode stands at byte 100 of a header.
  for (const name of Object.keys(scripts)) makeExecutable(members, name)
  await writeFile(join(directory, file), debFile('control.tar.gz', gzipSync(members), tar({})))
}

function makeExecutable(archive: Buffer, name: string): void {
  const at = archive.indexOf(`${name}\0`)
  archive.write('0000755\0', at + 100)
  archive.write('        ', at + 148)
  const sum = archive.subarray(at, at + 512).reduce((total, byte) => total + byte, 0)
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148)
}

function run(args: Record<string, Value>, check = false) {
  const context = caseContext({ directory, check })
  return runModule(packageModule, new Map(Object.entries(args)), context, target.connection, ROOT)
}

const state = () =>
  target.host.sh(
    `dpkg-query -W -f '\${Version} \${db:Status-Status}' casepkg 2>/dev/null || true; ls -A /var/tmp`,
  )

it('is sent and installed once, upgraded, and not taken back unasked', async () => {
  const first = await run({ deb: 'one.deb' })
  expect(first.msg).toBeUndefined()
  expect(first.did).toEqual([
    'install casepkg 1.0',
    expect.stringMatching(/^send \d+ bytes$/),
    'install casepkg 1.0',
  ])
  expect(first.result).toMatchObject({ name: 'casepkg', version: '1.0' })
  expect(await state()).toBe('1.0 installed')
  const again = await run({ deb: 'one.deb' })
  expect([again.changed, again.requests]).toEqual([false, 0])
  expect((await run({ deb: 'two.deb' }, true)).changed).toBe(true)
  expect((await run({ deb: 'two.deb' })).changes[0]).toBe('upgrade casepkg 2.0')
  const back = await run({ deb: 'one.deb' })
  expect([back.failed, back.msg]).toEqual([true, 'A later version is already installed'])
  expect((await run({ deb: 'one.deb', allow_downgrade: true })).changes[0]).toBe('downgrade casepkg 1.0')
  expect(await state()).toBe('1.0 installed')
})

it('whose script fails is not ok the next time either, and is configured without being sent again', async () => {
  const first = await run({ deb: 'broken.deb' })
  expect(first.failed).toBe(true)
  expect(first.msg).toContain('post-installation script subprocess returned error exit status 7')
  expect(String(first.result['stderr'])).toContain('not today')
  expect(await state()).toBe('1.0 half-configured')
  expect((await run({ deb: 'broken.deb' })).failed).toBe(true)
  await target.host.sh('touch /srv/good')
  const repaired = await run({ deb: 'broken.deb' })
  expect([repaired.failed, repaired.did]).toEqual([false, ['configure casepkg 1.0']])
  expect(await state()).toBe('1.0 installed')
})

it('names a dependency that nobody has, and leaves the host as it was', async () => {
  const ran = await run({ deb: 'needy.deb' })
  expect([ran.failed, ran.changed, ran.msg]).toEqual([
    true,
    false,
    'Dependency is not satisfiable: no-such-thing (>= 3)',
  ])
  expect(await state()).toBe('')
})

it('waits for another package manager, and says so when that takes too long', async () => {
  // dpkg's lock is one of fcntl; perl is on every Debian, and holds it until the file is gone.
  await target.host.sh(`touch /srv/held; rm -f /srv/holding
perl -MFcntl -e 'open F, "+<", "/var/lib/dpkg/lock-frontend"; my $l = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, $l) or die;
open H, ">", "/srv/holding"; select undef, undef, undef, 0.1 while -e "/srv/held"' >/dev/null 2>&1 </dev/null &
while [ ! -e /srv/holding ]; do sleep 0.1; done`)
  const refused = await run({ deb: 'one.deb', lock_timeout: 1 })
  expect([refused.failed, refused.changed]).toEqual([true, false])
  expect(refused.msg).toMatch(/^another package manager holds dpkg's lock: .*locked by another process/)
  const waiting = run({ deb: 'one.deb', lock_timeout: 60 })
  await target.host.sh('while ! pgrep -x sleep >/dev/null; do sleep 0.05; done; rm /srv/held')
  expect((await waiting).failed).toBe(false)
  expect(await state()).toBe('1.0 installed')
})

it('goes with its name', async () => {
  await run({ deb: 'one.deb' })
  expect((await run({ deb: 'one.deb', state: 'absent' })).changed).toBe(true)
  expect((await run({ name: 'casepkg', state: 'absent' })).changed).toBe(false)
  expect(await state()).toBe('')
})

it.each([
  [{ deb: 'one.deb', sha256: 'ab'.repeat(32) }, 'one.deb does not have the SHA-256 that the task names'],
  [{ deb: 'one.deb', version: '3.0' }, 'holds version 1.0, and the task wants 3.0'],
  [{ deb: 'nothing.deb' }, "Could not find or access 'nothing.deb'"],
  [{ rpm: 'a.rpm' }, 'muster installs no .rpm files yet'],
  [{ msi: 'a.msi' }, 'muster installs no .msi files yet'],
])('is refused before anything is sent: %j', async (args, message) => {
  const ran = await run(args)
  expect([ran.failed, ran.requests]).toEqual([true, 0])
  expect(ran.msg).toContain(message)
})
