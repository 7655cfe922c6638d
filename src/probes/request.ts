import type { PowerShellText } from '../shell/powershell/ps.ts'
import type { ShellText } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import type { Output } from '../values/transfer.ts'
import { MOVED, type PosixForm, type PowerShellForm, type Probe, type ProbeKind } from './probe.ts'

/** What is known of a probe's answer: the raw answer, or why there is none. */
export type Known = { readonly raw: unknown } | { readonly failure: Error }

/** One step of a request: a script that reads, and what its output answers. */
export interface ProbeStep {
  readonly script: ShellText | PowerShellText
  readonly probes: readonly Probe<unknown>[]
  /** @returns an answer a probe, {@link MOVED} where it has to be asked again */
  read(output: Output): readonly (Known | typeof MOVED)[]
}

/** Which form of a kind a host is asked in. */
export type Language = 'posix' | 'powershell'

type Form = PosixForm<never, unknown> | PowerShellForm<never, unknown>

/** Why a probe cannot be asked in a language; undefined where it can. */
export function unanswerable({ kind }: Probe<unknown>, language: Language): TaskFailure | undefined {
  if (kind[language] !== undefined) return undefined
  const where = language === 'posix' ? 'a POSIX host' : 'a Windows host'
  return new TaskFailure(`${where} cannot be asked for a ${kind.name}`, {
    hint:
      language === 'posix'
        ? 'use the module for POSIX hosts (copy for win_copy)'
        : 'use the module for Windows hosts (win_copy for copy)',
  })
}

/**
 * The steps that ask all of these: one a kind, so that each kind starts its processes once. Equal probes are asked once;
 * those that are {@link unanswerable} are left out.
 */
export function probeSteps(probes: readonly Probe<unknown>[], language: Language = 'posix'): ProbeStep[] {
  const kinds = new Map<ProbeKind<never, unknown>, Map<string, Probe<unknown>>>()
  for (const one of probes) {
    const same = kinds.get(one.kind) ?? new Map<string, Probe<unknown>>()
    same.set(one.key, one)
    kinds.set(one.kind, same)
  }
  return [...kinds].flatMap(([kind, same]) => {
    const form = kind[language]
    if (form === undefined) return []
    const all = [...same.values()]
    return form.alone === true ? all.map((one) => step(kind, form, [one])) : [step(kind, form, all)]
  })
}

function step(kind: ProbeKind<never, unknown>, form: Form, probes: readonly Probe<unknown>[]): ProbeStep {
  const args = probes.map((one) => one.args as never)
  return {
    script: form.script(args),
    probes,
    read(output) {
      try {
        const answers = form.read(output, args)
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
