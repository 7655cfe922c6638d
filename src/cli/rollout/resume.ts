import { Command, Option } from 'commander'
import { parseExtraVars } from '../../inventory/variables/extra-vars.ts'
import { type EarlierRun, earlierRuns } from '../../run/record/earlier-runs.ts'
import type { Listener } from '../../run/record/events.ts'
import { stateFolder } from '../../run/record/state-folders.ts'
import { type EarlierSteps, readSteps } from '../../run/resume/earlier-steps.ts'
import { resumed, type UnknownAnswer } from '../../run/resume/resumed.ts'
import type { Origin } from '../../run/resume/step-entry.ts'
import type { RunInput, RunResult } from '../../run/run.ts'
import { InputError } from '../../values/problem.ts'
import { collect } from '../options/collect.ts'
import { findRun } from '../options/find-run.ts'
import { addLockOptions, type LockWords } from '../options/lock-options.ts'
import type { RunWords } from '../options/run-options.ts'
import { type VaultWords, vaultOptions } from '../options/vault-options.ts'
import { runFromWords } from '../run-command.ts'
import { askSecret } from '../terminal/ask-secret.ts'

/** What the words of `resume` say beside those of the run itself. */
export interface ResumeWords extends VaultWords, LockWords {
  readonly failed?: boolean
  readonly unknown?: UnknownAnswer
  readonly withChanges?: boolean
  readonly extraVars?: string[]
  readonly forks?: number
  readonly diff?: boolean
  readonly json?: boolean
  readonly verbose?: number
  readonly askBecomePass?: boolean
  readonly privateKeyPassphraseFile?: string
}

/** `muster resume [RUN]`. */
export function resumeCommand(): Command {
  return addLockOptions(vaultOptions(new Command('resume')))
    .argument('[run]', 'identifier of a run, or its beginning; the last one when left out')
    .option('--failed', 'only hosts that failed or were unreachable')
    .addOption(
      new Option(
        '--unknown <answer>',
        'steps that were begun, whose end nobody saw, and which cannot be looked at',
      )
        .choices(['tell', 'again', 'done'])
        .default('tell'),
    )
    .option('--with-changes', 'go on although playbook or inventory have changed since')
    .option('-e, --extra-vars <vars>', 'what the run had of secrets in -e: they are not on record', collect)
    .option('-K, --ask-become-pass', 'ask for the password of sudo, also where the run did not')
    .option('--private-key-passphrase-file <file>', 'file with the passphrase of private keys')
    .option('-D, --diff', 'show what changes, before and after')
    .option('--json', 'print events as JSON lines and nothing else')
    .option('-v, --verbose', 'say more; -vv also shows results', (_: string, before: number) => before + 1, 0)
    .action(async (run: string | undefined, words: ResumeWords) => {
      process.exitCode = (await resumeRun(run, words)).exitCode
    })
    .addHelpText('after', '\nExit codes: those of apply')
}

/**
 * Goes on with a run of apply.
 * @throws InputError for a run that still goes on, or has no steps on record; for secrets that are missing; for what has changed
 */
export async function resumeRun(
  wanted: string | undefined,
  words: ResumeWords,
  listen?: Listener,
  instead: Pick<RunInput, 'connect' | 'prefetch'> = {},
): Promise<RunResult> {
  const state = await stateFolder()
  const { run, alive } = wanted === undefined ? await lastBegun(state) : await findRun(state, wanted)
  if (alive)
    throw new InputError([{ message: `run ${run} still goes on`, hint: 'wait for its end, or end it' }])
  const steps = await readSteps(state, run)
  const origin = steps?.origin
  if (steps === undefined || origin === undefined || steps.isNewer)
    throw new InputError([
      {
        message:
          steps?.isNewer === true
            ? `run ${run} is of a later version of muster`
            : `run ${run} has no steps on record`,
        hint: 'begin anew with muster apply: it does what is left to do',
      },
    ])
  if (origin.cwd !== process.cwd()) enter(origin.cwd, steps)
  const { failed, unknown = 'tell', withChanges, extraVars: given = [], ...own } = words
  const options = { onlyFailed: failed === true, unknown, withChanges: withChanges === true }
  const extraVars = await extraVarsOf(origin, given)
  const asked = { ...(origin.words as RunWords), ...withoutUndefined(own), extraVars }
  return runFromWords('apply', origin.playbook, asked, listen, {
    ...instead,
    resumed: resumed(steps, options),
  })
}

/** The last run that came as far as recording its steps: one that was killed before has begun nothing. */
async function lastBegun(state: string): Promise<EarlierRun> {
  for (const run of (await earlierRuns(state)).reverse())
    if (run.alive || (await readSteps(state, run.run))?.origin !== undefined) return run
  return findRun(state, undefined)
}

function enter(folder: string, { run }: EarlierSteps): void {
  try {
    process.chdir(folder)
  } catch {
    throw new InputError([
      {
        message: `run ${run} was started in ${folder}, which cannot be entered`,
        hint: 'begin anew with muster apply',
      },
    ])
  }
}

function withoutUndefined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** The texts behind `-e`, those that were not kept from the words of this command, or asked for on a terminal. */
async function extraVarsOf(origin: Origin, given: readonly string[]): Promise<string[]> {
  const named = new Set(given.flatMap((text) => [...parseExtraVars([text]).keys()]))
  const kept = origin.extraVars.flatMap(({ text }) => text ?? [])
  const missing = origin.extraVars
    .flatMap(({ text, names }) => (text === undefined ? names : []))
    .filter((name) => !named.has(name))
  if (missing.length > 0 && process.stdin.isTTY !== true)
    throw new InputError(
      missing.map((name) => ({
        message: `the run had a secret in -e ${name}=..., which no record keeps`,
        hint: `give it again: muster resume -e ${name}=...; better, keep it in a file and give -e @FILE`,
      })),
    )
  const asked: string[] = []
  // One after the other: two prompts at once would mix.
  for (const name of missing)
    asked.push(JSON.stringify({ [name]: (await askSecret(`${name}: `)).revealText() }))
  return [...kept, ...given, ...asked]
}
