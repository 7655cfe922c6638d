import { Command } from 'commander'
import type { Inventory } from '../inventory/inventory.ts'
import {
  inventoryExport,
  inventoryGraph,
  inventoryHost,
  inventoryList,
  listingJson,
} from '../inventory/listing.ts'
import { findHost } from '../inventory/localhost.ts'
import { matchPattern } from '../inventory/patterns/patterns.ts'
import { readInventory } from '../inventory/read.ts'
import { parseExtraVars } from '../inventory/variables/extra-vars.ts'
import { readVariables } from '../inventory/variables/variable-files.ts'
import { readSettings } from '../settings/settings.ts'
import { formatProblem, InputError } from '../values/problem.ts'
import { didYouMean } from '../values/text/nearest.ts'
import { visible, visibleJson } from '../values/text/visible.ts'
import { collect } from './options/collect.ts'
import { inventoryOption, inventorySources } from './options/inventory-option.ts'
import { openVaultsWith, type VaultWords, vaultDefaults, vaultOptions } from './options/vault-options.ts'
import { connectionReport } from './terminal/connection-report.ts'

interface Options extends VaultWords {
  readonly inventory?: string[]
  readonly list?: boolean
  /** True without a group behind it. */
  readonly graph?: string | true
  readonly host?: string
  readonly vars?: boolean
  readonly connection?: boolean
  readonly export?: boolean
  readonly limit?: string
  readonly extraVars?: string[]
}

/** `muster inventory`: shows what muster reads, in the shapes of `ansible-inventory`. Secrets are never shown. */
export function inventoryCommand(): Command {
  return vaultOptions(
    inventoryOption(
      new Command('inventory').description('show hosts, groups and variables as muster reads them'),
    ),
  )
    .option('--list', 'everything, as JSON')
    .option('--graph [group]', 'the tree of groups and hosts, from this group down')
    .option('--host <name>', 'the variables of one host, as JSON')
    .option('--connection', 'with --host: how it is reached, and which file or variable says so')
    .option('--export', 'with --list: variables of groups stay with their groups, to be read again')
    .option('--vars', 'with --graph: show variables too')
    .option('-l, --limit <pattern>', 'with --list: only hosts that match this pattern')
    .option('-e, --extra-vars <vars>', 'k=v, JSON or @FILE; laid over the variables of every host', collect)
    .action(async (options: Options) => {
      process.stdout.write(`${await show(options)}\n`)
    })
}

async function show(options: Options): Promise<string> {
  checkWords(options)
  const { settings, warnings } = await readSettings()
  const merge = settings.hashBehaviour === 'merge'
  await openVaultsWith(options, vaultDefaults(settings))
  const extra = parseExtraVars(options.extraVars ?? [], merge)
  const inventory = await readInventory(
    inventorySources(options.inventory, process.env, settings.inventory),
    { merge },
  )
  // Ansible's own command lets the working directory stand for the playbook's; what it exports is the inventory alone.
  const variables = await readVariables(
    inventory,
    options.export === true ? { merge } : { merge, playbookDirectory: process.cwd() },
  )
  for (const warning of [...warnings, ...inventory.warnings, ...variables.warnings]) {
    process.stderr.write(`warning: ${visible(formatProblem(warning), false)}\n`)
  }
  const listing = { inventory, variables, extra, merge }
  if (options.graph !== undefined) {
    const root = options.graph === true ? 'all' : knownGroup(inventory, options.graph)
    return visible(inventoryGraph(listing, root, options.vars === true), false)
  }
  if (options.host !== undefined && options.connection === true)
    return visible(connectionReport(listing, knownHost(inventory, options.host)), false)
  if (options.host !== undefined)
    return visibleJson(listingJson(inventoryHost(listing, knownHost(inventory, options.host))))
  const kept =
    options.limit === undefined ? undefined : new Set(matchPattern(inventory, 'all', options.limit))
  const all = options.export === true ? inventoryExport(listing, kept) : inventoryList(listing, kept)
  return visibleJson(listingJson(all))
}

function checkWords(options: Options): void {
  const asked = [options.list === true, options.graph !== undefined, options.host !== undefined].filter(
    Boolean,
  ).length
  if (asked !== 1) throw new InputError([{ message: 'give one of --list, --graph and --host' }])
  if (options.connection === true && options.host === undefined)
    throw new InputError([{ message: '--connection goes with --host' }])
  if (options.vars === true && options.graph === undefined)
    throw new InputError([{ message: '--vars goes with --graph' }])
  if (options.export === true && options.list !== true)
    throw new InputError([{ message: '--export goes with --list' }])
  if (options.limit !== undefined && options.list !== true)
    throw new InputError([{ message: '--limit goes with --list' }])
}

function knownGroup(inventory: Inventory, name: string): string {
  if (inventory.groups.has(name)) return name
  const hint = didYouMean(name, inventory.groups.keys())
  throw new InputError([{ message: `the inventory has no group ${name}`, hint }])
}

function knownHost(inventory: Inventory, name: string): string {
  const host = findHost(inventory, name)
  if (host !== undefined) return host.name
  const hint = didYouMean(name, inventory.hosts.keys())
  throw new InputError([{ message: `the inventory has no host ${name}`, hint }])
}
