import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ConnectionKind } from '../../connection/settings/settings.ts'
import { collect } from './collect.ts'
import { inventoryOption } from './inventory-option.ts'
import type { LockWords } from './lock-options.ts'
import { type VaultWords, vaultOptions } from './vault-options.ts'

/** Hosts at once, when `--forks` does not say: a bastion's sshd takes ten handshakes at a time without dropping any. */
export const DEFAULT_FORKS = 25

/** What the words of `apply`, `plan` and `verify` say. */
export interface RunWords extends VaultWords, LockWords {
  readonly inventory?: string[]
  readonly limit?: string
  readonly check?: boolean
  readonly approve?: boolean
  readonly diff?: boolean
  readonly extraVars?: string[]
  readonly forks?: number
  readonly tags?: string[]
  readonly skipTags?: string[]
  readonly askBecomePass?: boolean
  readonly privateKey?: string
  readonly privateKeyPassphraseFile?: string
  readonly user?: string
  readonly connection?: ConnectionKind
  readonly acceptNewHostKeys?: boolean
  readonly json?: boolean
  readonly notify?: string[]
  readonly web?: string | true
  readonly verbose?: number
  readonly listHosts?: boolean
  readonly listTasks?: boolean
  readonly listTags?: boolean
  readonly syntaxCheck?: boolean
  readonly startAtTask?: string
  readonly step?: boolean
}

/** Adds the options that `apply` and `plan` share, in Ansible's words. */
export function addRunOptions(command: Command): Command {
  return vaultOptions(inventoryOption(command))
    .option(
      '-l, --limit <pattern>',
      'only hosts that also match this pattern; @FILE takes one pattern a line',
    )
    .option('-D, --diff', 'show what changes, before and after')
    .option('-e, --extra-vars <vars>', 'k=v, JSON or @FILE; wins over all other variables', collect)
    .option('-f, --forks <number>', `hosts at once (default ${DEFAULT_FORKS})`, wholeNumber)
    .option('-t, --tags <tags>', 'only tasks with one of these tags', collectTags)
    .option('--skip-tags <tags>', 'no tasks with one of these tags', collectTags)
    .option('-K, --ask-become-pass', 'ask for the password of sudo')
    .option('--private-key <file>', 'private key, where the inventory names none')
    .option(
      '--private-key-passphrase-file <file>',
      'file with the passphrase of private keys, where the inventory has none; without it, it is asked for',
    )
    .option('-u, --user <name>', 'login user, where the inventory names none')
    .addOption(
      new Option('-c, --connection <kind>', 'connection, where the inventory names none').choices([
        'auto',
        'ssh',
        'openssh',
        'paramiko_ssh',
        'local',
      ]),
    )
    .option('--accept-new-host-keys', 'add keys of unknown hosts to known_hosts instead of refusing them')
    .option('--start-at-task <name>', 'begin with the task of this name, or pattern of a name')
    .option('--step', 'ask before each task: yes, no, or go on without asking')
    .option('--list-hosts', 'list the hosts of each play, and do nothing else')
    .option('--list-tasks', 'list the tasks of each play, and do nothing else')
    .option('--list-tags', 'list all tags of each play, and do nothing else')
    .option('--syntax-check', 'check all that can be checked without a connection, and do nothing else')
    .option(
      '--notify <url>',
      'tell a webhook how it ended: of Slack, slack+URL for what takes its messages, else JSON; also MUSTER_NOTIFY',
      collect,
    )
    .option('--web [address]', 'serve the run to browsers while it goes on, at 127.0.0.1 unless given')
    .option('--json', 'print events as JSON lines and nothing else')
    .option('-v, --verbose', 'say more; -vv also shows results', (_: string, before: number) => before + 1, 0)
}

function collectTags(value: string, before: string[] = []): string[] {
  return [
    ...before,
    ...value
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  ]
}

function wholeNumber(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('give a whole number of at least 1.')
  return number
}
