import { aptAutomatic } from '../../probes/apt-mark.ts'
import { type AptPolicy, aptPolicy } from '../../probes/apt-policy.ts'
import { debPackage, managedPackage, NOT_INSTALLED, type Package } from '../../probes/package.ts'
import { type AnswersOf, mapProbe, type Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import {
  type Action,
  type ActionResult,
  type Diff,
  look,
  type ModuleContext,
  type Outcome,
} from '../module.ts'
import { type ListsProbes, type ListsWish, observeLists, refreshLists } from './apt-lists.ts'
import { installWord, type NameFacts, type NameSpec, wantsPolicy } from './apt-names.ts'
import { packageFailure, packageResult } from './dpkg-result.ts'
import { aptGet, packagePrelude, recommends } from './dpkg-script.ts'
import type { ArtifactOptions } from './manager.ts'

/** What a task wants of packages by name, and of apt's lists. */
export interface AptWish extends ArtifactOptions, ListsWish {
  readonly specs: readonly NameSpec[]
  readonly state: 'present' | 'absent' | 'latest'
  readonly onlyUpgrade: boolean
  readonly purge: boolean
  readonly autoremove: boolean
}

/** What is asked of the host: packages, their marks, where it matters apt's lists, and how old those are. */
export type AptProbes = ListsProbes & {
  readonly packages: readonly Probe<Named<Package>>[]
  readonly automatic: readonly Probe<Named<boolean>>[]
  readonly policies: readonly Probe<Named<AptPolicy>>[]
}

export type AptState = AnswersOf<AptProbes>

interface Named<T> {
  readonly name: string
  readonly value: T
}

function named<T>(name: string, one: Probe<T>): Probe<Named<T>> {
  return mapProbe(one, (value) => ({ name, value }))
}

/**
 * Each kind costs one process, however many packages there are.
 * @param anyManager a host without dpkg may answer, too: with what rpm has under that name
 */
export function observeApt(wish: AptWish, anyManager = false): AptProbes {
  const present = wish.state !== 'absent'
  const found = anyManager ? managedPackage : debPackage
  return {
    packages: wish.specs.map(({ name }) => named<Package>(name, found(name))),
    automatic: present ? wish.specs.map(({ name }) => named(name, aptAutomatic(name))) : [],
    policies: wish.specs
      .filter((spec) => wantsPolicy(spec, wish.state))
      .map(({ name }) => named(name, aptPolicy(name))),
    ...observeLists(wish),
  }
}

/** Reads lists anew, then installs or removes. @throws TaskFailure */
export async function* convergeApt(
  wish: AptWish,
  state: AptState,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { updated, cache } = yield* refreshLists(wish, state, context, wish.specs.length === 0)
  // New lists may know packages and versions that the old ones did not.
  const now =
    updated && wish.specs.length > 0 ? yield* look('look for packages again', observeApt(wish)) : state
  const names = nameFacts(wish, now)
  const call = wish.state === 'absent' ? removal(wish, names) : installation(wish, names)
  if (call === null) {
    const marks = names.filter((one) => one.automatic).map((one) => one.spec.name)
    if (marks.length > 0 && !context.check)
      // Ansible does so without a word, and so that the package stays: it is no change of what is installed.
      yield {
        kind: 'run',
        says: `mark ${marks.join(', ')} as wanted`,
        silent: true,
        touches: ['packages', 'files'],
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
          sh`apt-get -s -y -o Debug::NoLocking=1 ${call.words} </dev/null || m_fail apt`,
        ]),
        (output) => output,
      ),
    })
    if (output.rc !== 0) throw packageFailure(output, `apt-get ${call.words.join(' ')}`)
    if (didNothing(output.stdout)) return { result: cache }
    diff = [{ header: 'packages', before: '', after: plannedText(output.stdout.toString('utf8')) }]
  }
  const output = yield {
    kind: 'run',
    says: `${call.verb} ${call.names.join(', ')}`,
    diff,
    predicted: cache,
    script: lines([packagePrelude, sh`${aptGet(wish)} ${call.words} </dev/null || m_fail apt`]),
  }
  if (output.rc !== 0) throw packageFailure(output, `apt-get ${call.words.join(' ')}`)
  const result = { ...packageResult(output), ...cache }
  return didNothing(output.stdout) ? { changed: false, result } : { result }
}

/** What is known of each name. */
function nameFacts(wish: AptWish, state: AptState): readonly NameFacts[] {
  const valueFor = <T>(all: readonly Named<T>[], name: string) => all.find((one) => one.name === name)?.value
  return wish.specs.map((spec) => ({
    spec,
    installed: valueFor(state.packages, spec.name) ?? NOT_INSTALLED,
    policy: valueFor(state.policies, spec.name) ?? null,
    automatic: valueFor(state.automatic, spec.name) === true,
  }))
}

/** A virtual package has no status of its own: apt says that there is nothing to do. */
function didNothing(stdout: Buffer): boolean {
  const said = stdout.toString('latin1')
  return (
    /^0 upgraded, 0 newly installed, 0 to remove and \d+ not upgraded\.$/m.test(said) &&
    !/^\d+ not fully installed or removed\.$/m.test(said)
  )
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
