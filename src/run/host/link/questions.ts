import type { Connection, Step } from '../../../connection/connection.ts'
import { MOVED, type Probe } from '../../../probes/probe.ts'
import { type Language, type ProbeStep, probeSteps, unanswerable } from '../../../probes/request.ts'
import { PowerShellText } from '../../../shell/powershell/ps.ts'
import type { Output } from '../../../values/transfer.ts'
import type { Identity } from '../identity.ts'
import type { Answers } from './answers.ts'

/** The language that a host's shell is spoken to in. */
export function languageOf({ platform }: Connection): Language {
  return platform === 'windows' ? 'powershell' : 'posix'
}

/** A step that asks, and where its answers are kept. */
export interface Question {
  readonly identity: Identity
  readonly known: Answers
  readonly asking: ProbeStep
  readonly step: Step
}

/** What of the probes is not known yet, as steps of a request; those that the language has no form for fail at once. */
export function questionsOf(
  identity: Identity,
  known: Answers,
  probes: readonly Probe<unknown>[],
  language: Language,
): Question[] {
  const missing = known.missing(probes)
  for (const one of missing) {
    const failure = unanswerable(one, language)
    if (failure !== undefined) known.keep(one, { failure })
  }
  return probeSteps(missing, language).map((asking) => ({
    identity,
    known,
    asking,
    step: stepOf(asking, identity),
  }))
}

/** Inline where the environment is the shell's own; a step with one of its own needs a process. */
export function stepOf({ script }: ProbeStep, { environment }: Identity): Step {
  if (script instanceof PowerShellText) return { script, environment, contained: true }
  return environment.length === 0 ? { script, inline: true } : { script, environment, contained: true }
}

/** Keeps what was answered; gives the probes that have to be asked again. */
export function keepAll(known: Answers, asked: ProbeStep, output: Output | undefined): Probe<unknown>[] {
  if (output === undefined) throw new Error('a request gave no output for a step')
  const again: Probe<unknown>[] = []
  asked.read(output).forEach((answer, at) => {
    const probe = asked.probes[at] as Probe<unknown>
    if (answer === MOVED) again.push(probe)
    else known.keep(probe, answer)
  })
  return again
}
