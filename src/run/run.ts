import { dirname, resolve } from 'node:path'
import type { AwsClients } from '../aws/clients.ts'
import type { Connection } from '../connection/connection.ts'
import { Connector } from '../connection/connector.ts'
import { matchedNames } from '../inventory/patterns/matched-names.ts'
import { Masker } from '../values/masking/masker.ts'
import { Secret } from '../values/secret.ts'
import { Progress } from './batch/progress.ts'
import { Semaphore } from './batch/semaphore.ts'
import { EXIT, exitCode } from './exit-code.ts'
import { steppingOf } from './host/flow/stepping.ts'
import { lockRun } from './lock/run-lock.ts'
import { answerPrompts } from './preflight/answer-prompts.ts'
import { preflight } from './preflight/preflight.ts'
import { EventLog } from './record/event-log.ts'
import type { Cost, RunEvent } from './record/events.ts'
import { Journal } from './record/journal.ts'
import { maskError, maskEvent, maskFields } from './record/mask-event.ts'
import { deleteOrphans } from './record/orphans.ts'
import { newRunId } from './record/run-id.ts'
import { madeOf } from './resume/digest.ts'
import { withoutSecrets } from './resume/origin.ts'
import { checkUnchanged } from './resume/resumed.ts'
import { StepLog } from './resume/step-log.ts'
import type { RunInput, RunResult } from './run-input.ts'
import { inALine, runPlays } from './run-plays.ts'
import { type HostState, newHost, type RunState } from './run-state.ts'
import { PlayHomes } from './scope/play-homes.ts'
import { learning, notify } from './tell.ts'

export type { RunInput, RunResult } from './run-input.ts'

/**
 * Runs a playbook: checks all that can be checked, then play by play and batch by batch. Whatever hosts do ends in
 * the result; only mistakes of the input are thrown, and those before any connection.
 * @throws InputError
 */
export async function runPlaybook(input: RunInput): Promise<RunResult> {
  const masker = new Masker()
  try {
    return await runMasked(input, masker)
  } catch (error) {
    throw maskError(masker, error)
  }
}

async function runMasked(given: RunInput, masker: Masker): Promise<RunResult> {
  const answers = await answerPrompts(given.playbook, {
    extraVars: given.extraVars,
    ask: given.askVariable,
    // What is refused asks nobody anything before.
    onlyChecks: given.checked !== undefined || (given.mistakes ?? []).length > 0,
  })
  const input = { ...given, playbook: answers.playbook, warnings: [...given.warnings, ...answers.warnings] }
  const started = performance.now()
  const { options, signal } = input
  const id = newRunId()
  // Learned when they are read, long before a host could print them: what is read later is learned there.
  masker.learnAll([...input.extraVars.values(), ...input.playbook.plays])
  if (options.becomePassword !== undefined) masker.learn(options.becomePassword)
  const cost: Cost = { handshakes: 0, channels: 0, requests: 0, bytesSent: 0, bytesReceived: 0 }
  let record: EventLog | undefined
  const emit = (event: RunEvent) => {
    const masked = maskEvent(masker, event)
    record?.write(masked)
    notify(input.listen, masked)
  }
  const connector = new Connector(input.askPassphrase, {
    notice: (message) => emit({ type: 'warning', message }),
    askPerson: learning(input.askPerson, masker),
  })
  const connections = new Set<Connection>()
  const clients = new Map<string, Promise<AwsClients>>()
  let journal: Journal | undefined
  let steps: StepLog | undefined
  const homes = new PlayHomes(
    (secret) => masker.learn(secret),
    (pattern) => matchedNames(input.fleet.inventory, pattern),
  )
  const hosts = new Map<string, HostState>()
  const run: RunState = {
    options,
    fleet: input.fleet,
    hosts,
    hostState: (name) => {
      const state = hosts.get(name) ?? newHost(name)
      hosts.set(name, state)
      return state
    },
    extraVars: input.extraVars,
    ...homes.of(dirname(resolve(input.playbook.file))),
    homes,
    masker,
    get steps() {
      return steps
    },
    resumed: input.resumed,
    prefetch: input.prefetch ?? true,
    progress: new Progress(),
    signal,
    failures: [],
    stepping: steppingOf(input),
    jobs: new Map(),
    emit,
    hostVariables: (name) => {
      const variables = input.fleet.variables(name)
      masker.learnAll([variables])
      return variables
    },
    variablePlace: (host, variable) => input.fleet.placeOf(host, variable),
    context: {
      id,
      journal: async (entry) => journal?.write(entry, entry.event.startsWith('activation')),
      aws: (region) => {
        // One set of clients a region, so that hosts that wait for the same thing share their calls.
        let made = clients.get(region)
        if (made === undefined) {
          made = import('../aws/create-clients.ts').then(({ createClients }) => createClients(region))
          clients.set(region, made)
        }
        return made
      },
      announce: (activation) => emit({ type: 'activation', ...activation }),
    },
    connect: async (settings, abort) => {
      for (const secret of [settings.password, settings.privateKeyPassphrase])
        if (secret instanceof Secret) masker.learn(secret)
      const connection = await (input.connect?.(settings, abort) ?? connector.connect(settings, abort))
      connections.add(connection)
      return connection
    },
  }
  let overBudget = false
  const asksAws = input.checked === undefined
  const { mistakes, uncertain } = input
  const { plays, warnings } = await preflight(run, input.playbook, { mistakes, uncertain, asksAws })
  if (input.checked !== undefined) {
    input.checked(plays)
    return { exitCode: EXIT.ok, failures: [], hosts: run.hosts, inventory: input.fleet.inventory }
  }
  const made = madeOf(input.playbook, plays, run.hostVariables)
  if (input.resumed !== undefined) checkUnchanged(input.resumed, made)
  const lock =
    input.lock === undefined ? undefined : await lockRun(run, plays, input.playbook.file, input.lock)
  if (input.stateFolder !== undefined) {
    steps = await StepLog.open(input.stateFolder, id, masker, input.resumed?.steps.run)
    journal = await Journal.open(input.stateFolder, id, masker)
    const { origin } = input
    if (origin !== undefined)
      await steps.write({ is: 'origin', origin: withoutSecrets(origin, masker), made })
    record = new EventLog(input.stateFolder, id, (error) =>
      emit({ type: 'warning', message: `reports of this run will lack what follows: ${error.message}` }),
    )
  }
  try {
    emit({
      type: 'run-started',
      run: id,
      playbook: input.playbook.file,
      mode: options.mode,
      check: options.check,
      hosts: new Set(plays.flatMap((play) => play.hosts)).size,
    })
    for (const warning of [...input.warnings, ...warnings])
      emit({ type: 'warning', message: inALine(warning) })
    if (input.stateFolder !== undefined) await deleteOrphans(run, input.stateFolder)
    const slots = new Semaphore(options.forks)
    overBudget = await runPlays(run, plays, slots)
    for (const job of run.jobs.values())
      emit({ type: 'warning', message: `the job ${job} goes on: look for its end with async_status` })
  } catch (error) {
    await record?.close()
    throw error
  } finally {
    await Promise.all([...connections].map((connection) => connection.close()))
    await connector.close()
    cost.handshakes += connector.bastions.handshakes
    for (const connection of connections)
      for (const key of Object.keys(cost) as (keyof Cost)[]) cost[key] += connection.counters[key]
    await lock?.release()
    await steps?.close()
    await journal?.close()
  }
  const recap = new Map(
    [...run.hosts].flatMap(([name, host]) => (host.inPlay ? [[name, host.recap] as const] : [])),
  )
  const changed = [...recap.values()].some((counts) => counts.changed > 0)
  const code = exitCode({
    mode: options.mode,
    failures: run.failures,
    changed,
    interrupted: signal.aborted,
    overBudget,
  })
  emit({
    type: 'run-ended',
    run: id,
    check: options.check,
    recap,
    failures: run.failures,
    exitCode: code,
    interrupted: signal.aborted,
    cost,
    seconds: (performance.now() - started) / 1000,
    journal: journal?.path,
  })
  await record?.close()
  const failures = run.failures.map((failure) => maskFields(masker, failure))
  return { exitCode: code, failures, hosts: run.hosts, inventory: input.fleet.inventory }
}
