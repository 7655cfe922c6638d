import { Command, CommanderError } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { EXIT } from '../run/exit-code.ts'
import { reportError } from './terminal/report-error.ts'

const program = new Command('muster')
  .description(manifest.description)
  .version(manifest.version)
  .showHelpAfterError('(muster --help lists the commands)')
  .exitOverride()

// A command's code is read when it is used: `muster --help` must not wait for AWS clients and SSH.
const commands: Readonly<Record<string, { summary: string; load: () => Promise<Command> }>> = {
  apply: {
    summary: 'bring hosts to the state a playbook describes',
    load: async () => (await import('./apply.ts')).applyCommand(),
  },
  plan: {
    summary: 'look at hosts and say what apply would change; touches nothing',
    load: async () => (await import('./plan.ts')).planCommand(),
  },
  resume: {
    summary: 'go on with a run that ended early, at the first unfinished step of each host',
    load: async () => (await import('./rollout/resume.ts')).resumeCommand(),
  },
  unlock: {
    summary: 'list the locks of rollouts, or take one away, with the reason',
    load: async () => (await import('./rollout/unlock.ts')).unlockCommand(),
  },
  lint: {
    summary: 'check playbooks: everything that can be checked without a connection, all mistakes at once',
    load: async () => (await import('./lint.ts')).lintCommand(),
  },
  verify: {
    summary: 'prove that every host is Online in Systems Manager and its series arrive in AMP',
    load: async () => (await import('./verify.ts')).verifyCommand(),
  },
  runs: {
    summary: 'list earlier runs, show what one did host by host, remove old records',
    load: async () => (await import('./runs.ts')).runsCommand(),
  },
  report: {
    summary: 'make a report of a run: HTML, Markdown, JUnit, SARIF or JSON',
    load: async () => (await import('./report.ts')).reportCommand(),
  },
  doctor: {
    summary:
      'look from here and from each host whether AWS is in reach and the hosts are ready; touches nothing',
    load: async () => (await import('./doctor.ts')).doctorCommand(),
  },
  destroy: {
    summary: 'remove from the account what muster made there, and nothing else',
    load: async () => (await import('./destroy.ts')).destroyCommand(),
  },
  inventory: {
    summary: 'show hosts, groups and variables as muster reads them',
    load: async () => (await import('./inventory.ts')).inventoryCommand(),
  },
  config: {
    summary: 'show which settings of ansible.cfg and ANSIBLE_* variables count, and from where',
    load: async () => (await import('./config.ts')).configCommand(),
  },
  vault: {
    summary: "encrypt, show and edit files and values in Ansible Vault's format",
    load: async () => (await import('./vault.ts')).vaultCommand(),
  },
  artifacts: {
    summary: 'fetch and check the files that are put on hosts',
    load: async () => (await import('./artifacts.ts')).artifactsCommand(),
  },
  cloud: {
    summary: 'run the embedded stand-in for SSM, IAM, STS and AMP in the foreground',
    load: async () => (await import('./cloud.ts')).cloudCommand(),
  },
  lab: {
    summary: 'hosts in containers and the embedded cloud to try muster on, in a checkout',
    load: async () => (await import('./lab.ts')).labCommand(),
  },
}

// `muster … | head` closes the pipe, a lost login closes the terminal: that ends the reading, not what muster does.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  })

const [first, second] = process.argv.slice(2)
const asked = first === 'help' ? second : first
for (const [name, { summary, load }] of Object.entries(commands)) {
  program.addCommand(
    asked === name ? (await load()).exitOverride().summary(summary) : new Command(name).summary(summary),
  )
}

try {
  await program.parseAsync(process.argv)
} catch (error) {
  // commander has printed its message; help and version are no errors.
  process.exitCode =
    error instanceof CommanderError ? (error.exitCode === 0 ? EXIT.ok : EXIT.refused) : reportError(error)
}
