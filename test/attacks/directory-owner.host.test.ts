import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadModule } from '../../src/modules/registry.ts'
import type { Value } from '../../src/values/value.ts'
import { caseContext } from '../modules/conformance/case-context.ts'
import { type CaseHost, ROOT, startCaseHost } from '../modules/conformance/case-host.ts'
import { type CaseServer, startCaseServer } from '../modules/conformance/case-server.ts'
import { runModule } from '../modules/conformance/run-module.ts'
import { ATTEMPTS, attempt, BAIT, END, OWNER, STATE, unleash } from './directory-owner.ts'

/** Tries of each module. Below about ten an attack of which muster knew nothing got through, too. */
const TRIES = 100

let target: CaseHost
let server: CaseServer
let directory: string
beforeAll(async () => {
  target = await startCaseHost()
  server = await startCaseServer(target.hosts.gateway)
  directory = await mkdtemp(join(tmpdir(), 'muster-attack-'))
  await mkdir(join(directory, 'files/tree/sub'), { recursive: true })
  await mkdir(join(directory, 'templates'))
  await writeFile(join(directory, 'files/large'), Buffer.alloc(100_000, 'abcdefg\n'))
  await writeFile(join(directory, 'files/tree/f'), 'new\n')
  await writeFile(join(directory, 'files/tree/sub/g'), 'new\n')
  await writeFile(join(directory, 'templates/t.j2'), 'new\n')
  const tar = 'mkdir -p /tmp/t/sub; echo new >/tmp/t/f; echo new >/tmp/t/sub/g; tar -C /tmp/t -c . | base64'
  await writeFile(join(directory, 'files/a.tar'), Buffer.from(await target.host.sh(tar), 'base64'))
  // What an earlier version of some software left to its user, below a directory of root's.
  const ours = `cd /tmp/t; mkdir -p den/work/d/new; cp f den; cp f sub/g den/work; cp f den/work/d/new
ln -s /etc/hostname den/work/link; chown -hR ${OWNER} den; tar -c den | base64`
  await writeFile(join(directory, 'files/b.tar'), Buffer.from(await target.host.sh(ours), 'base64'))
})
afterAll(async () => {
  server?.close()
  await target?.stop()
  if (directory !== undefined) await rm(directory, { recursive: true })
})

it('what is unpacked where others may write is as tar would have left it', async () => {
  const { host, connection } = target
  // An update: directories, files and links that were there.
  const packed = await host.sh(`set -e; mkdir -p /tmp/u/app/sub/deep /tmp/u/app/none; cd /tmp/u/app
printf 1 >a; printf 2 >'b c'; printf 3 >sub/.d; printf 4 >sub/deep/e; ln -s a link; ln a hard; printf 5 >'n
l'; mkfifo pipe; chmod 4755 a; chmod 2750 sub; chown -hR ${OWNER}:${OWNER} .
find /tmp/u -exec touch -hd '2021-03-04 05:06:07' {} +
for d in /srv/one /srv/two; do mkdir -p $d/app/sub; cd $d/app; printf old >a; printf old >sub/.d; printf more >sub/own
ln -s /etc/hostname 'b c'; chown -hR ${OWNER}:${OWNER} .; find $d -exec touch -hd '2022-03-04 05:06:07' {} +; done
tar -C /tmp/u -cf /tmp/c.tar .; base64 /tmp/c.tar`)
  await writeFile(join(directory, 'files/c.tar'), Buffer.from(packed, 'base64'))
  const module = await loadModule('unarchive')
  const args = new Map<string, Value>(Object.entries({ src: 'c.tar', dest: '/srv/one' }))
  const context = caseContext({ directory })
  const first = await runModule(module, args, context, connection, ROOT)
  expect(first).toMatchObject({ failed: false, changed: true, msg: undefined })
  await host.sh('tar -C /srv/two -xf /tmp/c.tar')
  const list = (of: string) =>
    host.sh(
      `cd ${of}; find . -printf '%P|%y|%m|%U:%G|%T@|%l|%s|%n\\n' | sort; find . -type f -exec md5sum {} + | sort`,
    )
  expect(await list('/srv/one')).toBe(await list('/srv/two'))
  expect(await runModule(module, args, context, connection, ROOT)).toMatchObject({
    failed: false,
    changed: false,
  })
})

describe('the owner of a directory in which root works, and who swaps names in it all the time,', () => {
  it.each(Object.entries(ATTEMPTS))('gets nothing of root by %s', { timeout: 300_000 }, async (_, tried) => {
    const { host, connection } = target
    await host.sh(unleash())
    const before = await host.sh(STATE)
    const bait = () => host.exec(BAIT)
    const url = `http://${server.host}:${server.port}`
    const args = Object.entries(tried.args).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replace('@SERVER@', url) : value,
    ])
    const here = { ...tried, args: Object.fromEntries(args) }
    await attempt(here, tried.tries ?? TRIES, { directory, connection, become: ROOT, bait })
    await host.sh(END)
    expect(await host.sh(STATE)).toBe(before)
  })
})
