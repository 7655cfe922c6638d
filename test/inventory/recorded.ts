import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { openVaultsWith, type VaultWords } from '../../src/cli/options/vault-options.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import {
  inventoryExport,
  inventoryGraph,
  inventoryHost,
  inventoryList,
  listingJson,
} from '../../src/inventory/listing.ts'
import { findHost } from '../../src/inventory/localhost.ts'
import { matchPattern } from '../../src/inventory/patterns/patterns.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { parseExtraVars } from '../../src/inventory/variables/extra-vars.ts'
import { magicVariables } from '../../src/inventory/variables/magic.ts'
import { readVariables } from '../../src/inventory/variables/variable-files.ts'
import { TemplateError } from '../../src/template/api.ts'
import { createEngine } from '../../src/template/engine.ts'
import { jsonOf } from '../../src/values/json-value.ts'
import { InputError } from '../../src/values/problem.ts'
import { Secret } from '../../src/values/secret.ts'

/** What Ansible answered to an inventory; the keys are explained beside the cases. */
export interface RecordedCase {
  readonly sources: readonly string[]
  readonly args?: readonly string[]
  readonly list: unknown
  readonly graph: string | null
  readonly export?: unknown
  readonly hosts: Readonly<Record<string, unknown>>
  readonly patterns: Readonly<Record<string, readonly string[] | null>>
  readonly unordered?: readonly string[]
  readonly limits?: readonly { pattern: string; limit: string; hosts: readonly string[] | null }[]
  readonly eval?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly error: string | null
}

/** Names that a run sets and an inventory alone does not; the recorded plays ask for them. */
const OF_A_RUN = /\b(?:hostvars|playbook_dir|ansible_(?:play_\w+|inventory_sources))\b/

/** Sources of a twin: the same inventory, with files in YAML in place of those in INI. */
export function twinOf(recorded: RecordedCase): RecordedCase {
  return { ...recorded, sources: recorded.sources.map((source) => source.replace(/\.ini$/, '.yaml')) }
}

/** What differs from Ansible, by what was asked; a refusal stands with its message. */
export type Differences = Map<string, string>

export const CASES = join(import.meta.dirname, '../cases/inventory')

export function caseNames(): string[] {
  const names = readdirSync(CASES).filter((name) => existsSync(join(CASES, name, 'case.json')))
  return names.sort()
}

export function readCase(name: string): RecordedCase {
  return JSON.parse(readFileSync(join(CASES, name, 'case.json'), 'utf8'))
}

/** Asks muster everything that Ansible was asked about the inventory in `directory`. */
export async function compare(recorded: RecordedCase, directory: string): Promise<Differences> {
  const differences: Differences = new Map()
  const differ = (what: string, expected: unknown, ask: () => unknown) => {
    let answer: unknown
    try {
      const given = ask()
      const text = given instanceof Map ? listingJson(given) : JSON.stringify(given)
      answer = JSON.parse(text.replaceAll(directory, '<DIR>'))
    } catch (error) {
      if (!(error instanceof InputError || error instanceof TemplateError)) throw error
      // Refused by both is agreement.
      if (expected !== null) differences.set(what, error.message)
      return
    }
    if (!isDeepStrictEqual(answer, expected)) {
      differences.set(what, `${JSON.stringify(answer)} instead of ${JSON.stringify(expected)}`)
    }
  }

  let inventory: Inventory
  try {
    await openVaultsWith(vaultWords(recorded, directory))
    inventory = await readInventory(recorded.sources.map((source) => sourceIn(directory, source)))
    const variables = await readVariables(inventory, { playbookDirectory: directory })
    const listing = { inventory, variables, extra: parseExtraVars(extraArguments(recorded, directory)) }
    differ('list', recorded.list, () => inventoryList(listing))
    if (recorded.export !== undefined) {
      const alone = { inventory, variables: await readVariables(inventory), extra: new Map() }
      differ('export', recorded.export, () => inventoryExport(alone))
    }
    differ('graph', recorded.graph, () => inventoryGraph(listing))
    for (const [name, expected] of Object.entries(recorded.hosts)) {
      differ(`host ${name}`, expected, () => inventoryHost(listing, name))
    }
    for (const [name, expressions] of Object.entries(recorded.eval ?? {})) {
      const values = new Map([
        ...variables.forHost(name),
        ...magicVariables(inventory, findHost(inventory, name)!),
      ])
      const engine = createEngine({ lookup: (variable) => values.get(variable) }, { directory })
      for (const [expression, expected] of Object.entries(expressions)) {
        if (OF_A_RUN.test(expression)) continue
        differ(`eval ${name} ${expression}`, expected, () => {
          const value = engine.expression(expression)
          return value instanceof Secret ? value.reveal() : jsonOf(value)
        })
      }
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    differences.set('inventory', error.message.replaceAll(directory, '<DIR>'))
    return differences
  }
  for (const [pattern, expected] of Object.entries(recorded.patterns)) {
    const isUnordered = recorded.unordered?.includes(pattern) ?? false
    differ(`pattern ${pattern}`, expected, () => {
      const hosts = matchPattern(inventory, pattern)
      return isUnordered ? hosts.sort() : hosts
    })
  }
  for (const { pattern, limit, hosts } of recorded.limits ?? []) {
    differ(`limit ${pattern} ${limit}`, hosts, () => {
      const matched = matchPattern(inventory, pattern, limit.replace(/^@/, `@${directory}/`))
      // Ansible's ad hoc command fails when nothing is left.
      return matched.length === 0 ? null : matched
    })
  }
  return differences
}

function sourceIn(directory: string, source: string): string {
  return source.includes(',') ? source : join(directory, source)
}

function extraArguments(recorded: RecordedCase, directory: string): string[] {
  const args = recorded.args ?? []
  return args.filter((_, at) => args[at - 1] === '-e').map((text) => text.replace(/^@/, `@${directory}/`))
}

function vaultWords(recorded: RecordedCase, directory: string): VaultWords {
  const args = recorded.args ?? []
  const files = args.filter((_, at) => args[at - 1] === '--vault-password-file')
  return { vaultPasswordFile: files.map((file) => join(directory, file)) }
}
