import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveModuleName } from '../../../src/modules/registry.ts'
import { NOT_YET } from '../../cases-not-yet/modules.ts'
import { ON_PURPOSE } from '../../cases-on-purpose/modules.ts'
import { caseNames, readCase } from './case.ts'
import { type CaseHost, ROOT, startCaseHost } from './case-host.ts'
import { type CaseServer, startCaseServer } from './case-server.ts'
import { compareCase } from './compare-case.ts'
import { runCase } from './run-case.ts'

/**
 * Cases whose second run does something and is not changed: the request has to be sent to learn that.
 * (facts/modules.md, rule 4, names what is changed on every run; there `again` of the case says so.)
 */
const ACTS_UNCHANGED = [
  ...['uri/21-dest', 'uri/22-dest-same', 'get_url/01-new', 'get_url/03-older', 'get_url/04-no-last-modified'],
  ...['get_url/05-force', 'get_url/14-directory', 'get_url/15-directory-disposition'],
  ...['get_url/16-directory-redirect', 'get_url/18-mode', 'get_url/26-link'],
]

const names = caseNames()
const folderOf = (name: string) => name.split('/')[0]!
const isListed = (name: string) => NOT_YET.some((one) => one === name || one === `${folderOf(name)}/`)

describe('the lists', () => {
  it('name cases that are there', () => {
    const known = [...names, ...names.map((name) => `${folderOf(name)}/`)]
    expect(
      [...NOT_YET, ...Object.keys(ON_PURPOSE), ...ACTS_UNCHANGED].filter((one) => !known.includes(one)),
    ).toEqual([])
  })

  it('leave out whole folders only where muster has no such module', () => {
    const folders = NOT_YET.filter((one) => one.endsWith('/')).map((one) => one.slice(0, -1))
    expect(folders.filter((folder) => resolveModuleName(folder) !== undefined)).toEqual([])
  })
})

describe('recorded answers of Ansible', () => {
  let target: CaseHost
  let server: CaseServer
  beforeAll(async () => {
    target = await startCaseHost()
    server = await startCaseServer(target.hosts.gateway)
  })
  afterAll(async () => {
    server?.close()
    await target?.stop()
  })

  it.each(names.filter((name) => !isListed(name)))('%s', async (name) => {
    const recorded = readCase(name, server)
    const runs = await runCase(recorded, target.host, target.connection, recorded.become ? ROOT : undefined)
    const differences = compareCase(recorded, runs)
    const allowed = ON_PURPOSE[name]?.differs ?? []
    // Both ways: an unlisted difference fails, and so does a listed one that is gone.
    expect(differences.map(({ part }) => part).sort(), JSON.stringify(differences, null, 2)).toEqual(
      [...allowed].sort(),
    )
    if (!runs.again.failed && !runs.again.changed && !ACTS_UNCHANGED.includes(name))
      expect(runs.again.changes, 'a second run yields nothing').toEqual([])
  })
})
