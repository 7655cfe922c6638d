import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ConnectionKind } from '../connection/settings/settings.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { findHost } from '../inventory/localhost.ts'
import { readInventory } from '../inventory/read.ts'
import { parseExtraVars } from '../inventory/variables/extra-vars.ts'
import { magicVariables } from '../inventory/variables/magic.ts'
import { readVariables, type VariableFiles } from '../inventory/variables/variable-files.ts'
import { examinePlaybook } from '../playbook/read.ts'
import { chooseReport } from '../report/choose.ts'
import { playListing } from '../report/play-listing.ts'
import type { Listener } from '../run/record/events.ts'
import { stateFolder } from '../run/record/state-folders.ts'
import { type RunInput, type RunResult, runPlaybook } from '../run/run.ts'
import type { RunOptions } from '../run/run-state.ts'
import { readSettings, type Settings } from '../settings/settings.ts'
import { InputError } from '../values/problem.ts'
import type { Value } from '../values/value.ts'
import {
  becomePassword,
  connectionVariables,
  transportOf,
  withBecomeDefaults,
} from './options/ansible-settings.ts'
import { inventoryOption, inventorySources } from './options/inventory-option.ts'
import { openVaultsWith, type VaultWords, vaultDefaults, vaultOptions } from './options/vault-options.ts'
import { listenForInterruption } from './terminal/interruption.ts'
import { loginQuestions } from './terminal/login-questions.ts'

/** Hosts at once, when `--forks` does not say: a bastion's sshd takes ten handshakes at a time without dropping any. */
const DEFAULT_FORKS = 25

/** What the words of `apply`, `plan` and `verify` say. */
export interface RunWords extends VaultWords {
  readonly inventory?: string[]
  readonly limit?: string
  readonly check?: boolean
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
  readonly verbose?: number
  readonly listHosts?: boolean
  readonly listTasks?: boolean
  readonly listTags?: boolean
  readonly syntaxCheck?: boolean
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
    .option('--list-hosts', 'list the hosts of each play, and do nothing else')
    .option('--list-tasks', 'list the tasks of each play, and do nothing else')
    .option('--list-tags', 'list all tags of each play, and do nothing else')
    .option('--syntax-check', 'check all that can be checked without a connection, and do nothing else')
    .option('--json', 'print events as JSON lines and nothing else')
    .option('-v, --verbose', 'say more; -vv also shows results', (_: string, before: number) => before + 1, 0)
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
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

/** Lists the plays instead of running them, where the words say so. */
function listed(playbookFile: string, words: RunWords): Pick<RunInput, 'checked'> {
  const what = {
    hosts: words.listHosts === true,
    tasks: words.listTasks === true,
    tags: words.listTags === true,
  }
  if (words.syntaxCheck === true)
    return { checked: () => process.stdout.write(playListing(playbookFile, [], what)) }
  if (!what.hosts && !what.tasks && !what.tags) return {}
  return { checked: (plays) => process.stdout.write(playListing(playbookFile, plays, what)) }
}

/** Reads everything, checks everything, runs the playbook. @throws InputError before any connection */
export async function runFromWords(
  mode: RunOptions['mode'],
  playbookFile: string,
  words: RunWords,
  listen?: Listener,
  instead: Pick<RunInput, 'connect' | 'prefetch' | 'checked'> = listed(playbookFile, words),
): Promise<RunResult> {
  const { settings, warnings, file: configFile } = await readSettings()
  const merge = settings.hashBehaviour === 'merge'
  await openVaultsWith(words, vaultDefaults(settings))
  // All are read before any refuses, so that all mistakes are told at once.
  const extra = (async () => parseExtraVars(words.extraVars ?? [], merge))()
  const [extraRead, hostsRead, playbookRead] = await Promise.allSettled([
    extra,
    readHosts(words, settings, playbookFile),
    extra
      .catch(() => new Map<string, Value>())
      .then((extraVars) =>
        examinePlaybook(playbookFile, {
          extraVars,
          rolesPath: settings.rolesPath,
          collectionsPath: settings.collectionsPath,
        }),
      ),
  ])
  const problems = [extraRead, hostsRead, playbookRead].flatMap((read) => {
    if (read.status === 'fulfilled') return []
    if (read.reason instanceof InputError) return read.reason.problems
    throw read.reason
  })
  if (
    extraRead.status === 'rejected' ||
    hostsRead.status === 'rejected' ||
    playbookRead.status === 'rejected'
  ) {
    if (playbookRead.status === 'fulfilled') problems.push(...playbookRead.value.mistakes)
    throw new InputError(problems)
  }
  const extraVars = extraRead.value
  const { sources, inventory, variables } = hostsRead.value
  const playbook = withBecomeDefaults(playbookRead.value.playbook, settings)
  const selection = {
    tags: words.tags ?? settings.runTags ?? [],
    skipTags: words.skipTags ?? settings.skipTags ?? [],
  }
  const { mistakes } = playbookRead.value
  const diff = words.diff ?? settings.diff ?? false
  const verbosity = words.verbose || (settings.verbosity ?? 0)

  const asking = await loginQuestions(words.privateKeyPassphraseFile)
  using interruption = listenForInterruption()
  return await runPlaybook({
    ...asking,
    ...instead,
    playbook,
    inventory,
    hostVariables: onceEach((name) => {
      const host = findHost(inventory, name)
      return new Map([
        // A task may be delegated to a host that no inventory knows.
        ...(host === undefined ? [['inventory_hostname', name] as const] : variables.forHost(name)),
        ...(host === undefined ? [] : magicVariables(inventory, host)),
      ])
    }),
    variablePlace: (host, variable) => variables.positionOf(host, variable),
    warnings: [...warnings, ...inventory.warnings, ...variables.warnings],
    extraVars,
    mistakes,
    options: {
      mode,
      check: mode === 'plan' || words.check === true,
      diff,
      forks: words.forks ?? settings.forks ?? DEFAULT_FORKS,
      limit: words.limit,
      ...selection,
      user: words.user ?? settings.remoteUser,
      privateKeyFile: words.privateKey ?? settings.privateKeyFile,
      becomePassword: await becomePassword(words.askBecomePass, settings),
      acceptNewHostKeys: words.acceptNewHostKeys === true,
      connection: words.connection ?? transportOf(settings),
      settings: connectionVariables(settings),
      hashBehaviour: settings.hashBehaviour,
      gathering: settings.gathering,
      verbosity,
      inventorySources: sources.map((source) => (existsSync(source) ? resolve(source) : source)),
      configFile,
    },
    stateFolder: mode === 'plan' || words.check === true ? undefined : await stateFolder(),
    signal: interruption.signal,
    listen:
      listen ??
      (await chooseReport({
        json: words.json === true,
        verbosity,
        diff,
        summaryFile: process.env['GITHUB_STEP_SUMMARY'] || undefined,
      })),
  })
}

/** The inventory and the variables beside it and beside the playbook. */
async function readHosts(
  words: RunWords,
  settings: Settings,
  playbookFile: string,
): Promise<{ sources: string[]; inventory: Inventory; variables: VariableFiles }> {
  const merge = settings.hashBehaviour === 'merge'
  const sources = inventorySources(words.inventory, process.env, settings.inventory)
  const inventory = await readInventory(sources, { merge })
  const playbookDirectory = dirname(resolve(playbookFile))
  const variables = await readVariables(inventory, { merge, playbookDirectory })
  return { sources, inventory, variables }
}

/** Remembers each host's variables: they are asked for at every name of every template. */
function onceEach(
  read: (name: string) => ReadonlyMap<string, Value>,
): (name: string) => ReadonlyMap<string, Value> {
  const known = new Map<string, ReadonlyMap<string, Value>>()
  return (name) => {
    let variables = known.get(name)
    if (variables === undefined) {
      variables = read(name)
      known.set(name, variables)
    }
    return variables
  }
}
