import { Command } from 'commander'
import { addRunOptions, type RunWords } from './options/run-options.ts'
import { runFromWords } from './run-command.ts'

/** `muster plan PLAYBOOK`. */
export function planCommand(): Command {
  return addRunOptions(new Command('plan'))
    .argument('<playbook>', 'YAML file with plays')
    .action(async (playbook: string, words: RunWords) => {
      process.exitCode = (await runFromWords('plan', playbook, words)).exitCode
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing to do, 2 changes to make, 1 or 130 it could not be found out',
    )
}
