import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { InputError } from '../../values/problem.ts'

/** Taken when nobody names an inventory. */
const DEFAULT_INVENTORY = './inventory.yaml'

/** Adds `-i`, which may be repeated. */
export function inventoryOption(command: Command): Command {
  return command.option(
    '-i, --inventory <source>',
    `inventory: a file, a folder, or hosts with a comma (web01,); may be repeated (default: $MUSTER_INVENTORY, else that of ansible.cfg, else ${DEFAULT_INVENTORY})`,
    (source: string, before: string[] = []) => [...before, source],
  )
}

/**
 * The inventories of a command: those given with `-i`, else the one in `MUSTER_INVENTORY`, else those of ansible.cfg or
 * `ANSIBLE_INVENTORY`, else `./inventory.yaml`.
 * @throws InputError when there is none
 */
export function inventorySources(
  given: readonly string[] | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  configured: readonly string[] = [],
): string[] {
  if (given !== undefined && given.length > 0) return [...given]
  const named = environment['MUSTER_INVENTORY']
  if (named !== undefined && named !== '') return [named]
  if (configured.length > 0) return [...configured]
  if (existsSync(DEFAULT_INVENTORY)) return [DEFAULT_INVENTORY]
  throw new InputError([
    {
      message: `no inventory: there is no ${DEFAULT_INVENTORY}`,
      hint: 'name one with -i, in MUSTER_INVENTORY or in ansible.cfg; inventory.example.yaml shows the form',
    },
  ])
}
