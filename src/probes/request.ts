import type { ShellText } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { MOVED, type Probe, type ProbeKind } from './probe.ts'

/** What is known of a probe's answer: the raw answer, or why there is none. */
export type Known = { readonly raw: unknown } | { readonly failure: Error }

/** One step of a request: a script that reads, and what its output answers. */
export interface ProbeStep {
  readonly script: ShellText
  readonly probes: readonly Probe<unknown>[]
  /** @returns an answer a probe, {@link MOVED} where it has to be asked again */
  read(output: Output): readonly (Known | typeof MOVED)[]
}

/** The steps that ask all of these: one a kind, so that each kind starts its processes once. Equal probes are asked once. */
export function probeSteps(probes: readonly Probe<unknown>[]): ProbeStep[] {
  const kinds = new Map<ProbeKind<never, unknown>, Map<string, Probe<unknown>>>()
  for (const one of probes) {
    const same = kinds.get(one.kind) ?? new Map<string, Probe<unknown>>()
    same.set(one.key, one)
    kinds.set(one.kind, same)
  }
  return [...kinds].flatMap(([kind, same]) =>
    kind.posix.alone === true
      ? [...same.values()].map((one) => step(kind, [one]))
      : [step(kind, [...same.values()])],
  )
}

function step(kind: ProbeKind<never, unknown>, probes: readonly Probe<unknown>[]): ProbeStep {
  const args = probes.map((one) => one.args as never)
  return {
    script: kind.posix.script(args),
    probes,
    read(output) {
      try {
        const answers = kind.posix.read(output, args)
        if (answers.length !== probes.length)
          throw new Error(`probe ${kind.name}: ${answers.length} answers to ${probes.length} questions`)
        return answers.map((answer) =>
          answer === MOVED ? MOVED : answer instanceof TaskFailure ? { failure: answer } : { raw: answer },
        )
      } catch (error) {
        if (!(error instanceof TaskFailure)) throw error
        return probes.map(() => ({ failure: error }))
      }
    },
  }
}
