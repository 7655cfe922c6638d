import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import {
  inventoryExport,
  inventoryGraph,
  inventoryList,
  listingJson,
} from '../../../src/inventory/listing.ts'
import { readInventory } from '../../../src/inventory/read.ts'
import { readVariables } from '../../../src/inventory/variables/variable-files.ts'
import { type Model, model, written } from './generate.ts'

const root = mkdtempSync(join(tmpdir(), 'muster-forms-'))
afterAll(() => rmSync(root, { recursive: true }))
let count = 0

/** Writes all forms of an inventory. @returns their paths */
function filesOf(inventory: Model): string[] {
  const folder = join(root, String(count++))
  mkdirSync(folder)
  return [...written(inventory)].map(([name, text]) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    if (name.endsWith('.sh')) chmodSync(path, 0o755)
    return path
  })
}

/** What `--list`, `--list --export` and `--graph` print. */
async function answers(path: string): Promise<Record<string, string>> {
  const inventory = await readInventory([path])
  const listing = { inventory, variables: await readVariables(inventory), extra: new Map() }
  return {
    list: listingJson(inventoryList(listing)),
    export: listingJson(inventoryExport(listing)),
    graph: inventoryGraph(listing, 'all', true),
  }
}

describe('random inventories', () => {
  test('mean the same in INI, YAML, JSON, TOML and from a script', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(model, async (inventory) => {
        const [first, ...others] = await Promise.all(filesOf(inventory).map(answers))
        for (const other of others) expect(other).toEqual(first)
      }),
      { numRuns: 60 },
    )
  })

  const missing = spawnSync('ansible-inventory', ['--version']).status !== 0
  // Where ansible-core is not on the PATH the recorded cases stand in for it.
  test.skipIf(missing)('are listed as ansible-inventory lists them', { timeout: 900_000 }, async () => {
    const settings = join(root, 'ansible.cfg')
    writeFileSync(settings, '')
    const ansible = (path: string, ...words: string[]) =>
      execFileSync('ansible-inventory', ['-i', path, ...words], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, ANSIBLE_CONFIG: settings, ANSIBLE_NOCOLOR: '1', LC_ALL: 'C.UTF-8' },
      }).trimEnd()
    await fc.assert(
      fc.asyncProperty(model, async (inventory) => {
        for (const path of filesOf(inventory)) {
          const ours = await answers(path)
          expect(ours['list'], path).toBe(ansible(path, '--list'))
          // The forms agree among each other: one of them is enough for what takes a second each time.
          if (!path.endsWith('.ini')) continue
          expect(ours['export'], path).toBe(ansible(path, '--list', '--export'))
          expect(ours['graph'], path).toBe(ansible(path, '--graph', '--vars'))
        }
      }),
      { numRuns: Number(process.env['MUSTER_TEST_ANSIBLE_RUNS'] ?? 3) },
    )
  })
})
