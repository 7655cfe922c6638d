import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Fleet } from '../inventory/fleet.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { readInventory } from '../inventory/read.ts'
import { parseExtraVars } from '../inventory/variables/extra-vars.ts'
import { readVariables, type VariableFiles } from '../inventory/variables/variable-files.ts'
import { examinePlaybook } from '../playbook/read.ts'
import { chooseReport } from '../report/choose.ts'
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
import { inventorySources } from './options/inventory-option.ts'
import { lockOptions } from './options/lock-options.ts'
import { DEFAULT_FORKS, type RunWords } from './options/run-options.ts'
import { originOf } from './options/run-origin.ts'
import { openVaultsWith, vaultDefaults } from './options/vault-options.ts'
import { listenForInterruption } from './terminal/interruption.ts'
import { loginQuestions } from './terminal/login-questions.ts'
import { playListing } from './terminal/play-listing.ts'

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
  instead: Pick<RunInput, 'connect' | 'prefetch' | 'checked' | 'askVariable' | 'resumed'> = listed(
    playbookFile,
    words,
  ),
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
  const { mistakes, uncertain } = playbookRead.value
  const diff = words.diff ?? settings.diff ?? false
  const verbosity = words.verbose || (settings.verbosity ?? 0)

  const changes = mode === 'apply' && words.check !== true
  const { MUSTER_NOTIFY } = process.env
  const webhooks =
    words.notify === undefined && MUSTER_NOTIFY === undefined
      ? []
      : (await import('../report/notify/notify.ts')).readWebhooks(words.notify ?? [], MUSTER_NOTIFY)
  const asking = await loginQuestions(words.privateKeyPassphraseFile)
  using interruption = listenForInterruption()
  return await runPlaybook({
    ...asking,
    ...instead,
    playbook,
    fleet: new Fleet(inventory, variables),
    warnings: [...warnings, ...inventory.warnings, ...variables.warnings],
    extraVars,
    lock: changes ? await lockOptions(words) : undefined,
    origin: originOf(playbookFile, words),
    mistakes,
    uncertain,
    options: {
      mode,
      check: mode === 'plan' || words.check === true,
      diff,
      forks: words.forks ?? settings.forks ?? DEFAULT_FORKS,
      limit: words.limit,
      ...selection,
      startAtTask: words.startAtTask,
      step: words.step,
      user: words.user ?? settings.remoteUser,
      privateKeyFile: words.privateKey ?? settings.privateKeyFile,
      becomePassword: await becomePassword(words.askBecomePass, settings),
      approve: words.approve === true,
      acceptNewHostKeys: words.acceptNewHostKeys === true,
      connection: words.connection ?? transportOf(settings),
      settings: connectionVariables(settings),
      hashBehaviour: settings.hashBehaviour,
      gathering: settings.gathering,
      verbosity,
      inventorySources: sources.map((source) => (existsSync(source) ? resolve(source) : source)),
      configFile,
    },
    stateFolder: changes ? await stateFolder() : undefined,
    signal: interruption.signal,
    listen:
      listen ??
      (await chooseReport({
        json: words.json === true,
        redraws: words.step !== true,
        verbosity,
        diff,
        webhooks,
        web: await webAddress(words.web),
        summaryFile: process.env['GITHUB_STEP_SUMMARY'] || undefined,
      })),
  })
}

async function webAddress(written: string | true | undefined) {
  if (written === undefined) return undefined
  const { readWebAddress } = await import('../report/web/server.ts')
  try {
    return readWebAddress(written === true ? '' : written)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new InputError([{ message: `--web: ${error.message}` }])
  }
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
