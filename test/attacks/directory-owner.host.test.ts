import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CaseHost, ROOT, startCaseHost } from '../modules/conformance/case-host.ts'
import { type CaseServer, startCaseServer } from '../modules/conformance/case-server.ts'
import { ATTEMPTS, attempt, BAIT, END, STATE, unleash } from './directory-owner.ts'

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
})
afterAll(async () => {
  server?.close()
  await target?.stop()
  if (directory !== undefined) await rm(directory, { recursive: true })
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
    await attempt(here, TRIES, { directory, connection, become: ROOT, bait })
    await host.sh(END)
    expect(await host.sh(STATE)).toBe(before)
  })
})
