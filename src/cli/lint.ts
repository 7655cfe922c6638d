import { writeFile } from 'node:fs/promises'
import { Command, Option } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { examinePlaybook } from '../playbook/read.ts'
import { problemsSarif } from '../report/afterwards/sarif.ts'
import { EXIT } from '../run/exit-code.ts'
import { readSettings } from '../settings/settings.ts'
import { formatProblem, InputError, type Problem } from '../values/problem.ts'
import { visible, visibleJson } from '../values/text/visible.ts'
import { collect } from './options/collect.ts'
import { inventoryOption, inventorySources } from './options/inventory-option.ts'
import type { RunWords } from './options/run-options.ts'
import { vaultOptions } from './options/vault-options.ts'
import { runFromWords } from './run-command.ts'

const FORMATS: Readonly<Record<string, (problems: readonly Problem[]) => string>> = {
  text: (problems) =>
    `${[...problems.map((problem) => visible(formatProblem(problem), false)), counted(problems.length)].join('\n')}\n`,
  json: (problems) =>
    `${visibleJson(
      JSON.stringify(
        problems.map(({ position, message, hint }) => ({ ...position, message, hint })),
        null,
        2,
      ),
    )}\n`,
  sarif: (problems) => problemsSarif(problems, manifest.version, process.cwd()),
}

const counted = (count: number) => (count === 1 ? '1 problem' : `${count} problems`)

interface LintWords extends RunWords {
  readonly format: string
  readonly output?: string
}

/** `muster lint PLAYBOOK...`: what `apply` would refuse, told without a connection and without asking AWS. */
export function lintCommand(): Command {
  return vaultOptions(inventoryOption(new Command('lint')))
    .argument('<playbooks...>', 'YAML files with plays')
    .option('-e, --extra-vars <vars>', 'k=v, JSON or @FILE; wins over all other variables', collect)
    .addOption(
      new Option('-F, --format <format>', 'of what is found').choices(Object.keys(FORMATS)).default('text'),
    )
    .option('-o, --output <file>', 'write there instead of standard output')
    .action(async (playbooks: readonly string[], words: LintWords) => {
      const found: Problem[] = []
      for (const playbook of playbooks) found.push(...(await problemsOf(playbook, words)))
      // Playbooks share roles and task files.
      const distinct = new Map(found.map((problem) => [formatProblem(problem), problem]))
      const text = FORMATS[words.format]!([...distinct.values()])
      if (words.output === undefined) process.stdout.write(text)
      else await writeFile(words.output, text)
      process.exitCode = distinct.size === 0 ? EXIT.ok : EXIT.refused
    })
    .addHelpText(
      'after',
      '\nWithout an inventory what hosts and their variables decide is not checked.\nExit codes: 0 nothing found, 1 mistakes',
    )
}

async function problemsOf(playbook: string, words: RunWords): Promise<readonly Problem[]> {
  try {
    const { settings } = await readSettings()
    if (hasInventory(words.inventory, settings.inventory)) {
      await runFromWords('plan', playbook, words, () => {}, { checked: () => {} })
      return []
    }
    const { rolesPath, collectionsPath } = settings
    return (await examinePlaybook(playbook, { rolesPath, collectionsPath })).mistakes
  } catch (error) {
    if (error instanceof InputError) return error.problems
    throw error
  }
}

function hasInventory(
  given: readonly string[] | undefined,
  configured: readonly string[] | undefined,
): boolean {
  try {
    return inventorySources(given, process.env, configured).length > 0
  } catch (error) {
    if (error instanceof InputError) return false
    throw error
  }
}
