import { Command } from 'commander'
import { parseExtraVars } from '../inventory/extra-vars.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { inventoryGraph, inventoryHost, inventoryList } from '../inventory/listing.ts'
import { findHost } from '../inventory/localhost.ts'
import { matchPattern } from '../inventory/patterns.ts'
import { readInventory } from '../inventory/read.ts'
import { readVariables } from '../inventory/variable-files.ts'
import { didYouMean } from '../values/nearest.ts'
import type { Plain } from '../values/plain.ts'
import { formatProblem, InputError } from '../values/problem.ts'
import { visible, visibleJson } from '../values/visible.ts'
import { inventoryOption, inventorySources } from './inventory-option.ts'

interface Options {
  readonly inventory?: string[]
  readonly list?: boolean
  /** True without a group behind it. */
  readonly graph?: string | true
  readonly host?: string
  readonly vars?: boolean
  readonly limit?: string
  readonly extraVars?: string[]
}

/** `muster inventory`: shows what muster reads, in the shapes of `ansible-inventory`. Secrets are never shown. */
export function inventoryCommand(): Command {
  return inventoryOption(
    new Command('inventory').description('show hosts, groups and variables as muster reads them'),
  )
    .option('--list', 'everything, as JSON')
    .option('--graph [group]', 'the tree of groups and hosts, from this group down')
    .option('--host <name>', 'the variables of one host, as JSON')
    .option('--vars', 'with --graph: show variables too')
    .option('-l, --limit <pattern>', 'with --list: only hosts that match this pattern')
    .option('-e, --extra-vars <vars>', 'k=v, JSON or @FILE; laid over the variables of every host', collect)
    .action(async (options: Options) => {
      process.stdout.write(`${await show(options)}\n`)
    })
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

async function show(options: Options): Promise<string> {
  checkWords(options)
  const extra = parseExtraVars(options.extraVars ?? [])
  const inventory = await readInventory(inventorySources(options.inventory))
  // Ansible's own command lets the working directory stand for the playbook's.
  const variables = await readVariables(inventory, { playbookDirectory: process.cwd() })
  for (const warning of [...inventory.warnings, ...variables.warnings]) {
    process.stderr.write(`warning: ${visible(formatProblem(warning), false)}\n`)
  }
  const listing = { inventory, variables, extra }
  if (options.graph !== undefined) {
    const root = options.graph === true ? 'all' : knownGroup(inventory, options.graph)
    return visible(inventoryGraph(listing, root, options.vars === true), false)
  }
  if (options.host !== undefined)
    return sortedJson(inventoryHost(listing, knownHost(inventory, options.host)))
  const kept =
    options.limit === undefined ? undefined : new Set(matchPattern(inventory, 'all', options.limit))
  return sortedJson(inventoryList(listing, kept))
}

function checkWords(options: Options): void {
  const asked = [options.list === true, options.graph !== undefined, options.host !== undefined].filter(
    Boolean,
  ).length
  if (asked !== 1) throw new InputError([{ message: 'give one of --list, --graph and --host' }])
  if (options.vars === true && options.graph === undefined)
    throw new InputError([{ message: '--vars goes with --graph' }])
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

/** JSON as `ansible-inventory` prints it: keys in order, four blanks a level. */
function sortedJson(value: Plain): string {
  const sort = (_: string, item: unknown) =>
    item === null || typeof item !== 'object' || Array.isArray(item)
      ? item
      : Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)))
  return visibleJson(JSON.stringify(value, sort, 4))
}
