import { spawnSync } from 'node:child_process'
import { type AnswersOf, answersOf, type Probe, type ProbeSet, probesOf } from '../../src/probes/probe.ts'
import { type Known, probeSteps } from '../../src/probes/request.ts'
import type { ShellText } from '../../src/shell/sh.ts'

type Replace = (script: string) => string

/** Asks a set in a shell as the resident shell does, with words of the scripts replaced (paths of the host). */
export function askSet<S extends ProbeSet>(
  words: readonly string[],
  set: S,
  replace: Replace = (script) => script,
): { readonly answers: AnswersOf<S>; readonly said: string } {
  const [program, ...rest] = words as [string, ...string[]]
  const known = new Map<string, Known>()
  let said = ''
  for (const step of probeSteps(probesOf(set))) {
    const script = `{ ${replace((step.script as ShellText).reveal())}\n} </dev/null`
    const done = spawnSync(program, [...rest, '-c', script], { encoding: 'buffer' })
    said += done.stdout.toString('latin1') + done.stderr.toString('latin1')
    const { stdout, stderr, status: rc } = done
    const answers = step.read({ rc, stdout, stderr, seconds: 0, truncated: false, timedOut: false })
    for (const [at, answer] of answers.entries()) {
      if (typeof answer === 'symbol') throw new Error('it moved')
      known.set(step.probes[at]!.key, answer)
    }
  }
  const answers = answersOf(set, (probe) => {
    const found = known.get(probe.key)!
    if ('failure' in found) throw found.failure
    return probe.interpret(found.raw)
  })
  return { answers, said }
}

/** The same for a list of probes. */
export function askInline<A>(words: readonly string[], probes: readonly Probe<A>[], replace?: Replace) {
  const { answers, said } = askSet(words, { probes }, replace)
  return { answers: answers.probes as readonly A[], said }
}
