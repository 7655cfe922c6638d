import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadModule, resolveModuleName } from '../../src/modules/registry.ts'
import { NOT_YET } from '../cases-not-yet/modules.ts'
import { ON_PURPOSE } from '../cases-on-purpose/modules.ts'
import { caseNames, type ModuleCase, readCase, readVars, toValue, writeFiles } from './case.ts'
import { caseContext } from './case-context.ts'
import { type CaseHost, ROOT, startCaseHost } from './case-host.ts'
import { type CaseServer, startCaseServer } from './case-server.ts'
import { type CaseRun, compareCase } from './compare-case.ts'
import { runModule } from './run-module.ts'

/**
 * Cases whose second run does something and is not changed: the request has to be sent to learn that.
 * (facts/modules.md, rule 4, names what is changed on every run; there `again` of the case says so.)
 */
const ACTS_UNCHANGED = ['uri/21-dest', 'uri/22-dest-same']

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
    const runs = await runCase(recorded)
    const differences = compareCase(recorded, runs)
    const allowed = ON_PURPOSE[name]?.differs ?? []
    // Both ways: an unlisted difference fails, and so does a listed one that is gone.
    expect(differences.map(({ part }) => part).sort(), JSON.stringify(differences, null, 2)).toEqual(
      [...allowed].sort(),
    )
    if (!runs.again.failed && !runs.again.changed && !ACTS_UNCHANGED.includes(name))
      expect(runs.again.changes, 'a second run yields nothing').toEqual([])
  })

  async function runCase(recorded: ModuleCase): Promise<CaseRun> {
    const module = await loadModule(recorded.module)
    const directory = await writeFiles(recorded.files, recorded.module === 'template' ? 'templates' : 'files')
    const args = new Map(Object.entries(recorded.args).map(([key, value]) => [key, toValue(value)]))
    // The length of what the server echoes counts the name of the client.
    if (recorded.module === 'uri') args.set('http_agent', 'ansible-httpget')
    const run = (check: boolean) => {
      const context = caseContext({ check, diff: true, directory, vars: readVars(recorded.name) })
      return runModule(module, args, context, target.connection, recorded.become ? ROOT : undefined)
    }
    try {
      await target.host.sh(`set -e\n${recorded.before}`)
      const untouched = await after(recorded)
      const check = await run(true)
      expect(await after(recorded), 'check mode changes nothing').toBe(untouched)
      const ran = await run(false)
      const prints = await after(recorded)
      const again = await run(false)
      return { check, run: ran, again, prints, printsAgain: await after(recorded) }
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  }

  async function after(recorded: ModuleCase): Promise<string> {
    return (await target.host.exec(recorded.after)).stdout
  }
})
