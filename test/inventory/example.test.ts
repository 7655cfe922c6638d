import { join } from 'node:path'
import { expect, test } from 'vitest'
import { becomeSettings, connectionSettings } from '../../src/connection/settings/settings.ts'
import { matchPattern } from '../../src/inventory/patterns/patterns.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { readVariables } from '../../src/inventory/variables/variable-files.ts'

test('inventory.example.yaml is read without a warning and reaches the hosts of the demo', async () => {
  const inventory = await readInventory([join(import.meta.dirname, '../../inventory.example.yaml')])
  const variables = await readVariables(inventory)
  expect([...inventory.warnings, ...variables.warnings]).toEqual([])
  const hosts = matchPattern(inventory, 'web')
  expect(hosts).toEqual(['web01', 'web02', 'web03'])
  const reached = hosts.map((name) => {
    const own = variables.forHost(name)
    const { host, port, user, hostKeys } = connectionSettings(name, (variable) => own.get(variable))
    return { host, port, user, hostKeys, become: becomeSettings((variable) => own.get(variable))?.user }
  })
  expect(reached).toEqual(
    [2201, 2202, 2203].map((port) => ({
      host: '127.0.0.1',
      port,
      user: 'ops',
      hostKeys: 'strict',
      become: 'root',
    })),
  )
})
