import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { saidOn } from '../../values/host-failure.ts'
import { type Action, type ActionResult, look } from '../module.ts'
import type { Text } from '../parameters.ts'
import type { DnfSpec } from './dnf-names.ts'
import { dnfFailure, plannedTransaction, type Transaction } from './dnf-output.ts'

/** What a task wants of packages. */
export interface DnfWish {
  readonly specs: readonly DnfSpec[]
  readonly state: 'present' | 'absent' | 'latest'
  readonly allowDowngrade: boolean
  readonly updateOnly: boolean
  readonly autoremove: boolean
  readonly updateCache: boolean
  /** Options of dnf. */
  readonly options: readonly Text[]
  readonly program: 'auto' | 'dnf' | 'yum'
  /** Seconds to wait for another package manager. */
  readonly lockTimeout: number
}

/** One call of dnf. */
export interface Call {
  readonly specs: readonly string[]
  readonly words: readonly Text[]
  /** It will do something, as far as rpm tells. */
  readonly certain: boolean
}

/** What dnf would do, which it is asked with `--assumeno`. @throws TaskFailure when it would refuse */
export async function* plan(
  wish: DnfWish,
  calls: readonly Call[],
  mayBeNone = false,
): AsyncGenerator<Action, Transaction, ActionResult> {
  const all: Transaction[] = []
  for (const one of calls) {
    const { output } = yield* ask(`ask dnf about ${one.specs.join(', ') || 'what nothing needs'}`, wish, [
      '--assumeno',
      ...one.words,
    ])
    const text = output.stdout.toString('utf8')
    const planned = plannedTransaction(text)
    const none = planned.installed.length + planned.removed.length + planned.downgraded.length === 0
    if (mayBeNone && /^Error: No packages marked for upgrade/m.test(saidOn(output))) continue
    // It says `no` to itself, and calls that an error.
    if (output.rc !== 0 && (none || !/^Transaction Summary/m.test(text)))
      throw dnfFailure(output, `dnf ${one.words.join(' ')}`)
    all.push(planned)
  }
  return {
    installed: all.flatMap((one) => one.installed),
    removed: all.flatMap((one) => one.removed),
    downgraded: all.flatMap((one) => one.downgraded),
  }
}

/** Asks dnf something that changes nothing. */
export function ask(says: string, wish: DnfWish, words: readonly Text[]) {
  return look(says, { output: scriptProbe(lines([prelude(wish), sh`m_dnf ${words}`]), (output) => output) })
}

/** `m_dnf WORDS` runs the package manager that the host has, and waits while another one is at work. */
export function prelude({ program, lockTimeout }: DnfWish): ShellText {
  const programs = program === 'auto' ? ['dnf', 'yum'] : [program]
  return sh`export LC_ALL=C LANG=C
m_pm=; for m_x in ${programs}; do if command -v "$m_x" >/dev/null 2>&1; then m_pm=$m_x; break; fi; done
[ -n "$m_pm" ] || { echo nodnf >&2; exit 1; }
m_dnf() {
  m_left=${lockTimeout}
  while :; do
    "$m_pm" --setopt=exit_on_lock=1 "$@" </dev/null; m_rc=$?
    [ "$m_rc" = 200 ] && [ "$m_left" -gt 0 ] || return "$m_rc"
    sleep 1; m_left=$((m_left - 1))
  done
}`
}
