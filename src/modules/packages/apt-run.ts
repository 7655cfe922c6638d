import { type Field, field, readFields } from '../../probes/fields.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import {
  type Action,
  type ActionResult,
  type Diff,
  look,
  type ModuleContext,
  type Outcome,
} from '../module.ts'
import { installWord, type NameFacts, type NameSpec, observeNames, readNames } from './apt-names.ts'
import { packageFailure, packageResult } from './dpkg-result.ts'
import { aptGet, packagePrelude, recommends } from './dpkg-script.ts'
import type { ArtifactOptions } from './manager.ts'

/** What a task wants of packages by name, and of apt's lists. */
export interface AptWish extends ArtifactOptions {
  readonly specs: readonly NameSpec[]
  readonly state: 'present' | 'absent' | 'latest'
  readonly updateCache: boolean
  /** Seconds that lists stay fresh; 0: never. */
  readonly cacheValidTime: number
  readonly onlyUpgrade: boolean
  readonly purge: boolean
  readonly autoremove: boolean
}

export interface AptState {
  readonly names: readonly NameFacts[]
  /** When the lists were read last, in seconds since 1970; 0 when never. */
  readonly listsRead: number
  readonly listsFresh: boolean
}

/** Packages and, where it matters, the age of apt's lists. */
export function observeApt(wish: AptWish): Probe<AptState> {
  return scriptProbe(
    lines([
      observeNames(wish.specs, wish.state),
      ...(wish.updateCache ? [listsAge(wish.cacheValidTime)] : []),
      sh`:`,
    ]),
    (output) => {
      const fields = readFields(output, 'look for packages')
      return { names: readNames(fields, wish.specs), ...readLists(fields) }
    },
  )
}

function listsAge(validTime: number): ShellText {
  return sh`m_l=/var/lib/apt/periodic/update-success-stamp; [ -e "$m_l" ] || m_l=/var/lib/apt/lists
m_t=$(stat -c %Y -- "$m_l" 2>/dev/null || echo 0)
printf 'lists\0%s\0' "$m_t"
[ $(( $(date +%s) - m_t )) -ge ${validTime} ] || printf 'fresh\0\0'`
}

function readLists(fields: readonly Field[]): { listsRead: number; listsFresh: boolean } {
  const time = Number(field(fields, 'lists')?.toString('latin1') ?? 0)
  return {
    listsRead: Number.isSafeInteger(time) ? time : 0,
    listsFresh: field(fields, 'fresh') !== undefined,
  }
}

/** Reads lists anew, then installs or removes. @throws TaskFailure */
export async function* convergeApt(
  wish: AptWish,
  state: AptState,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  let { names, listsRead } = state
  const alone = wish.specs.length === 0
  if (wish.updateCache && !state.listsFresh && (alone || !context.check)) {
    const output = yield {
      kind: 'run',
      says: "read apt's lists",
      ...(alone ? {} : { silent: true }),
      script: update(wish),
    }
    if (output.rc !== 0) throw packageFailure(output, 'apt-get update')
    // New lists may know packages and versions that the old ones did not.
    const at = output.stdout.lastIndexOf('\0names\0')
    if (at !== -1) {
      const fields = readFields({ ...output, stdout: output.stdout.subarray(at + 7) }, 'look for packages')
      names = readNames(fields, wish.specs)
      listsRead = readLists(fields).listsRead
    }
  }
  const updated = wish.updateCache && !state.listsFresh
  const cache: Record<string, Value> = { cache_updated: updated, cache_update_time: listsRead }
  const call = wish.state === 'absent' ? removal(wish, names) : installation(wish, names)
  if (call === null) {
    const marks =
      wish.state === 'absent' ? [] : names.filter((one) => one.automatic).map((one) => one.spec.name)
    if (marks.length > 0 && !context.check)
      // Ansible does so without a word, and so that the package stays: it is no change of what is installed.
      yield {
        kind: 'run',
        says: `mark ${marks.join(', ')} as wanted`,
        silent: true,
        script: sh`apt-mark manual ${marks}`,
      }
    return { result: cache }
  }
  let diff: Diff[] = []
  if (context.check || context.diff) {
    // apt knows what it will refuse, and what else it will bring or take.
    const { output } = yield* look(`ask apt about ${call.names.join(', ')}`, {
      output: scriptProbe(
        lines([
          packagePrelude,
          sh`apt-get -s -y -o Debug::NoLocking=1 ${call.words} </dev/null || m_fail apt
m_end 0`,
        ]),
        (output) => output,
      ),
    })
    if (output.rc !== 0) throw packageFailure(output, `apt-get ${call.words.join(' ')}`)
    diff = [{ header: 'packages', before: '', after: plannedText(output.stdout.toString('utf8')) }]
  }
  const output = yield {
    kind: 'run',
    says: `${call.verb} ${call.names.join(', ')}`,
    diff,
    predicted: cache,
    script: lines([
      packagePrelude,
      sh`${aptGet(wish)} ${call.words} </dev/null || m_fail apt
m_end 0`,
    ]),
  }
  if (output.rc !== 0) throw packageFailure(output, `apt-get ${call.words.join(' ')}`)
  return { result: { ...packageResult(output), ...cache } }
}

function update(wish: AptWish): ShellText {
  return lines([
    sh`export LC_ALL=C LANG=C DEBIAN_FRONTEND=noninteractive
m_o=$(apt-get -o ${`DPkg::Lock::Timeout=${wish.lockTimeout}`} update 2>&1 </dev/null) || { printf '%s\n' "$m_o" >&2; exit 1; }
printf '\0names\0'`,
    observeNames(wish.specs, wish.state),
    listsAge(0),
    sh`:`,
  ])
}

interface Call {
  readonly verb: string
  readonly names: readonly string[]
  readonly words: readonly string[]
}

function installation(wish: AptWish, names: readonly NameFacts[]): Call | null {
  const state = wish.state === 'latest' ? 'latest' : 'present'
  const words = names.map((one) => installWord(one, state, wish.onlyUpgrade)).filter((word) => word !== null)
  if (words.length === 0) return null
  const flags = [
    ...recommends(wish),
    ...(wish.allowDowngrade ? ['--allow-downgrades'] : []),
    ...(wish.onlyUpgrade ? ['--only-upgrade'] : []),
    ...(wish.autoremove ? ['--auto-remove'] : []),
  ]
  return { verb: 'install', names: words, words: [...flags, 'install', '--', ...words] }
}

function removal(wish: AptWish, names: readonly NameFacts[]): Call | null {
  const found = names.filter(
    ({ installed: { status } }) => status !== 'not-installed' && (status !== 'config-files' || wish.purge),
  )
  if (found.length === 0) return null
  const words = found.map(({ spec }) => spec.name)
  const flags = [...(wish.purge ? ['--purge'] : []), ...(wish.autoremove ? ['--auto-remove'] : [])]
  return { verb: wish.purge ? 'purge' : 'remove', names: words, words: [...flags, 'remove', '--', ...words] }
}

/** The part of apt's simulation that says what will come and go. */
function plannedText(simulation: string): string {
  const lines = simulation.split('\0')[0]!.split('\n')
  const from = lines.findIndex((line) => /^The following/.test(line))
  const until = lines.findIndex((line) => /^\d+ upgraded/.test(line))
  return from === -1 ? '' : `${lines.slice(from, until === -1 ? undefined : until + 1).join('\n')}\n`
}

/** What a `name` list must be. @throws TaskFailure */
export function requireNames(specs: readonly NameSpec[], updateCache: boolean): void {
  if (specs.length > 0 || updateCache) return
  throw new TaskFailure('one of the following is required: name, deb, update_cache')
}
