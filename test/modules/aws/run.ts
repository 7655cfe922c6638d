import { createClients } from '../../../src/aws/create-clients.ts'
import type { Connection } from '../../../src/connection/connection.ts'
import type { Module, ModuleContext } from '../../../src/modules/module.ts'
import { type Ran, runModule } from '../conformance/run-module.ts'
import { fromPlain, type Plain } from './plain.ts'

/** Any use of it is a mistake: these modules have no host. */
const noConnection = new Proxy(
  {},
  {
    get: () => {
      throw new Error('a controller module has no connection')
    },
  },
) as Connection

/** Runs a module of the cloud side, arguments as YAML would give them. */
export function run(
  module: Module,
  args: Readonly<Record<string, Plain>>,
  more: Partial<ModuleContext> = {},
): Promise<Ran> {
  const context = {
    host: 'localhost',
    check: false,
    diff: true,
    signal: new AbortController().signal,
    run: { id: 'r1', journal: async () => undefined, aws: async (region: string) => createClients(region) },
    ...more,
  } as ModuleContext
  const values = new Map(Object.entries(args).map(([name, value]) => [name, fromPlain(value)]))
  return runModule(module, values, context, noConnection, undefined)
}
