import { rm } from 'node:fs/promises'
import { expect } from 'vitest'
import type { Become, Connection } from '../../../src/connection/connection.ts'
import { loadModule } from '../../../src/modules/registry.ts'
import type { TestHost } from '../../hosts/index.ts'
import { type ModuleCase, readVars, toValue, writeFiles } from './case.ts'
import { caseContext } from './case-context.ts'
import type { CaseRun } from './compare-case.ts'
import { runModule } from './run-module.ts'

/** Does what the recorder did: before, check mode, the run, the run again, and looks at the host after each. */
export async function runCase(
  recorded: ModuleCase,
  host: TestHost,
  connection: Connection,
  become: Become | undefined,
): Promise<CaseRun> {
  const module = await loadModule(recorded.module)
  const directory = await writeFiles(recorded.files, recorded.module === 'template' ? 'templates' : 'files')
  const args = new Map(Object.entries(recorded.args).map(([key, value]) => [key, toValue(value)]))
  // The length of what the server echoes counts the name of the client.
  if (recorded.module === 'uri') args.set('http_agent', 'ansible-httpget')
  const run = (check: boolean) => {
    const context = caseContext({ check, diff: true, directory, vars: readVars(recorded.name) })
    return runModule(module, args, context, connection, become)
  }
  const after = async () => (await host.exec(recorded.after)).stdout
  try {
    await host.sh(`set -e\n${recorded.before}`)
    const untouched = await after()
    const check = await run(true)
    expect(await after(), 'check mode changes nothing').toBe(untouched)
    const ran = await run(false)
    const prints = await after()
    const again = await run(false)
    return { check, run: ran, again, prints, printsAgain: await after() }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
