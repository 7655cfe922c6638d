import type { AnswersOf, Probe } from '../../probes/probe.ts'
import { mapProbe } from '../../probes/probe.ts'
import { type RpmPackage, rpmPackage } from '../../probes/rpm-package.ts'
import { lines, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'
import type { Action, ActionResult, Diff, ModuleContext, Outcome } from '../module.ts'
import { ask, type Call, type DnfWish, plan, prelude } from './dnf-ask.ts'
import { type DnfSpec, judge, wordsOf } from './dnf-names.ts'
import { dnfFailure, doneTransaction, type Transaction, transactionResults } from './dnf-output.ts'

export type DnfProbes = { readonly packages: readonly Probe<Known>[] }

interface Known {
  readonly word: string
  readonly found: RpmPackage | null
}

/** Two processes, however many packages there are; dnf itself is asked only where rpm's answer is not enough. */
export function observeDnf({ specs }: Pick<DnfWish, 'specs'>): DnfProbes {
  const words = new Set(specs.flatMap(wordsOf))
  return { packages: [...words].map((word) => mapProbe(rpmPackage(word), (found) => ({ word, found }))) }
}

/** @throws TaskFailure */
export async function* convergeDnf(
  wish: DnfWish,
  state: AnswersOf<DnfProbes>,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const known = (word: string) => state.packages.find((one) => one.word === word)?.found ?? null
  if (wish.specs.length === 0 && !wish.autoremove) return yield* refreshCache(wish)
  const calls = wish.state === 'absent' ? removal(wish, known) : yield* installation(wish, known)
  const told = remarks(wish, known)
  if (calls.length === 0) return nothingToDo(told)
  const words = calls.flatMap(({ specs }) => specs)
  const downloads = wish.options.includes('--downloadonly')
  const certain = !downloads && calls.every((call) => call.certain)
  let planned: Transaction | null = null
  let diff: Diff[] = []
  if (context.check || context.diff || !certain) {
    planned = yield* plan(wish, calls)
    const { installed, removed, downgraded } = planned
    if (downgraded.length > 0 && !wish.allowDowngrade && wish.state !== 'absent') {
      if (installed.length === 0 && removed.length === 0) return nothingToDo(told)
      throw new TaskFailure(`dnf would go back to ${downgraded.join(', ')}`, {
        hint: 'allow_downgrade: true lets it, or name the packages in tasks of their own',
      })
    }
    if (installed.length + removed.length + downgraded.length === 0) return nothingToDo(told)
    diff = [{ header: 'packages', before: '', after: `${transactionResults(planned).join('\n')}\n` }]
  }
  const output = yield {
    kind: 'run',
    says: `${wish.state === 'absent' ? 'remove' : 'install'} ${words.join(', ') || 'what nothing needs'}`,
    diff,
    predicted: {
      msg: 'Check mode: No changes made, but would have if not in check mode',
      results: [...told, ...(planned === null ? [] : transactionResults(planned))],
      rc: 0,
    },
    script: lines([prelude(wish), ...calls.map((call) => sh`m_dnf -y ${call.words} || exit`)]),
  }
  if (output.rc !== 0) throw dnfFailure(output, `dnf ${calls[0]?.words.join(' ')}`)
  if (downloads && planned !== null) {
    const results = planned.installed.map((name) => `Downloaded: ${name}`)
    return { msg: '', result: { results, rc: 0 } }
  }
  const done = doneTransaction(output.stdout.toString('utf8'))
  const results = transactionResults(done)
  return results.length === 0
    ? { ...nothingToDo(told), changed: false }
    : { msg: '', result: { results: [...told, ...results], rc: 0 } }
}

function nothingToDo(results: readonly Value[]): Outcome {
  return { msg: 'Nothing to do', result: { results: [...results], rc: 0 } }
}

/** What Ansible tells of names whatever becomes of them. */
function remarks(wish: DnfWish, known: (word: string) => RpmPackage | null): Value[] {
  if (wish.state === 'absent')
    return wish.specs.flatMap((spec) => (isGone(spec, known) ? [`No match for argument: ${spec.text}`] : []))
  return wish.specs.flatMap((spec) => {
    if (isFile(spec)) return [`Installed ${spec.text}`]
    const waits = wish.updateOnly && known(spec.text)?.provided === false
    return waits ? [`Packages providing ${spec.text} not installed due to update_only specified`] : []
  })
}

function isGone({ text, kind }: DnfSpec, known: (word: string) => RpmPackage | null): boolean {
  return kind !== 'other' && known(text)?.provided === false
}

function call(verb: string, specs: readonly string[], certain: boolean, wish: DnfWish): Call[] {
  if (specs.length === 0) return []
  return [{ specs, certain, words: [...wish.options, verb, '--', ...specs] }]
}

async function* installation(
  wish: DnfWish,
  known: (word: string) => RpmPackage | null,
): AsyncGenerator<Action, Call[], ActionResult> {
  const { specs, state, updateOnly } = wish
  if (state === 'latest' && specs.length === 1 && specs[0]?.text === '*') {
    const { output } = yield* ask('look for newer packages', wish, ['-q', ...wish.options, 'check-update'])
    return updates(output)
      ? [{ specs: ['all packages'], words: [...wish.options, 'upgrade'], certain: true }]
      : []
  }
  const judged = specs.map((spec) => ({ spec, wanted: judge(spec, known, wish.allowDowngrade) }))
  const there = judged
    .filter(({ spec, wanted }) => wanted === 'there' && spec.kind === 'plain')
    .map(({ spec }) => spec.text)
  const missing = updateOnly
    ? []
    : judged.filter(({ wanted }) => wanted === 'install').map(({ spec }) => spec)
  const install = call(
    'install',
    missing.map(({ text }) => text),
    missing.every(({ text, kind }) => kind === 'plain' && known(text)?.provided === false),
    wish,
  )
  if (state !== 'latest') return install
  const others = judged
    .filter(({ spec }) => spec.kind === 'other' && !isFile(spec))
    .map(({ spec }) => spec.text)
  const upgrade = call('upgrade', others, false, wish)
  const newer = upgrade.length > 0 && (yield* plan(wish, upgrade, true)).installed.length > 0
  const both = newer ? [...install, ...upgrade] : install
  if (there.length === 0) return both
  const { output } = yield* ask(`look for newer ${there.join(', ')}`, wish, [
    '-q',
    ...wish.options,
    'check-update',
    '--',
    ...there,
  ])
  return [...both, ...(updates(output) ? call('upgrade', there, true, wish) : [])]
}

/** dnf's exit status when there are updates. */
const UPDATES = 100

/** @throws TaskFailure */
function updates(output: Output): boolean {
  if (output.rc === UPDATES) return true
  if (output.rc === 0) return false
  throw dnfFailure(output, 'dnf check-update')
}

function removal(wish: DnfWish, known: (word: string) => RpmPackage | null): Call[] {
  if (wish.specs.some(isFile))
    throw new TaskFailure('Cannot remove paths -- please specify package name.', { result: { results: [] } })
  const found = wish.specs.filter((spec) => !isGone(spec, known))
  const certain = found.every(({ text }) => (known(text)?.installed.length ?? 0) > 0)
  const calls = call(
    'remove',
    found.map(({ text }) => text),
    certain,
    wish,
  )
  return wish.autoremove
    ? [...calls, { specs: [], words: [...wish.options, 'autoremove'], certain: false }]
    : calls
}

/** A package file, on the host or behind an address. */
function isFile({ text }: DnfSpec): boolean {
  return text.endsWith('.rpm') || text.includes('://')
}

/** With packages their metadata are refreshed by the same call; alone it is no change, as with Ansible. */
async function* refreshCache(wish: DnfWish): AsyncGenerator<Action, Outcome, ActionResult> {
  const output = yield {
    kind: 'run',
    says: "read the repositories' metadata",
    silent: true,
    script: lines([prelude(wish), sh`m_dnf ${[...wish.options, '-q', 'makecache']}`]),
  }
  if (output.rc !== 0) throw dnfFailure(output, 'dnf makecache')
  return { msg: 'Cache updated', result: { results: [], rc: 0 } }
}
