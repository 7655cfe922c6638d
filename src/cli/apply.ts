import { Command } from 'commander'
import { addLockOptions } from './options/lock-options.ts'
import { addRunOptions, type RunWords } from './options/run-options.ts'
import { runFromWords } from './run-command.ts'

/** `muster apply PLAYBOOK`. */
export function applyCommand(): Command {
  return addLockOptions(addRunOptions(new Command('apply')))
    .argument('<playbook>', 'YAML file with plays')
    .option('--approve', 'approve all waves of rollouts beforehand')
    .option('-C, --check', 'say what would change, and change nothing')
    .action(async (playbook: string, words: RunWords) => {
      process.exitCode = (await runFromWords('apply', playbook, words)).exitCode
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 all well, 1 refused before any connection, 2 a host failed, 4 a host was unreachable, 130 interrupted',
    )
}
