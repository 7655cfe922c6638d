import { managedPackage } from '../../probes/package.ts'
import { type AnswersOf, mapProbe, type Probe } from '../../probes/probe.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Action, ActionResult, ModuleContext, Outcome } from '../module.ts'
import type { DnfWish } from '../rpm/dnf-ask.ts'
import { parseDnfSpec } from '../rpm/dnf-names.ts'
import { convergeDnf, type DnfProbes, observeDnf } from '../rpm/dnf-run.ts'
import { type NameSpec, parseName } from './apt-names.ts'
import { type AptProbes, type AptWish, convergeApt, observeApt, requireNames } from './apt-run.ts'

/** Packages by name, for whichever manager the host has. */
export interface ByNameWish {
  readonly names: readonly string[]
  readonly use: 'auto' | 'apt' | 'dnf'
  readonly apt: Omit<AptWish, 'specs'>
  readonly disableGpgCheck: boolean
}

export type ByNameProbes = AptProbes & {
  readonly manager: Probe<'dpkg' | 'rpm' | 'none'>
  readonly dnf: DnfProbes['packages']
}

/** A host answers what its manager knows; the other one's questions cost it no process. @throws TaskFailure for names that are none */
export function observeByName(wish: ByNameWish): ByNameProbes {
  const specs = aptSpecs(wish)
  requireNames(specs ?? [], wish.apt.updateCache || wish.names.length > 0)
  return {
    ...observeApt({ ...wish.apt, specs: specs ?? [] }, true),
    manager: mapProbe(managedPackage('dpkg'), ({ manager }) => manager),
    dnf: wish.use === 'apt' ? [] : observeDnf({ specs: wish.names.map(parseDnfSpec) }).packages,
  }
}

/** Null for names that apt could not have; a host with dnf may. @throws TaskFailure where apt has to take them */
function aptSpecs({ names, use }: ByNameWish): NameSpec[] | null {
  if (use === 'dnf') return null
  try {
    return names.map(parseName)
  } catch (error) {
    if (use === 'auto' && error instanceof TaskFailure) return null
    throw error
  }
}

/** @throws TaskFailure where the host has neither apt nor dnf */
export async function* convergeByName(
  wish: ByNameWish,
  { manager, dnf, ...apt }: AnswersOf<ByNameProbes>,
  context: ModuleContext,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const { use } = wish
  if (use === 'dnf' || (use === 'auto' && manager === 'rpm'))
    return yield* convergeDnf(dnfWish(wish), { packages: dnf }, context)
  if (manager !== 'dpkg')
    throw new TaskFailure(
      use === 'apt' ? 'the host has no dpkg: it is no Debian or Ubuntu' : 'the host has neither dpkg nor rpm',
      { hint: 'muster knows the package managers apt and dnf (or yum)' },
    )
  if (wish.disableGpgCheck)
    throw new TaskFailure('disable_gpg_check is for hosts with dnf', {
      hint: 'with apt a repository says [trusted=yes]',
    })
  return yield* convergeApt({ ...wish.apt, specs: wish.names.map(parseName) }, apt, context)
}

function dnfWish({ names, apt, disableGpgCheck }: ByNameWish): DnfWish {
  if (apt.cacheValidTime > 0)
    throw new TaskFailure('cache_valid_time is for hosts with apt', {
      hint: 'dnf knows itself how old its metadata may be',
    })
  return {
    specs: names.map(parseDnfSpec),
    state: apt.state,
    allowDowngrade: apt.allowDowngrade,
    updateOnly: false,
    autoremove: false,
    updateCache: apt.updateCache,
    options: [
      ...(apt.updateCache ? ['--refresh'] : []),
      ...(disableGpgCheck ? ['--nogpgcheck'] : []),
      ...(apt.state === 'absent' ? ['--setopt=clean_requirements_on_remove=0'] : []),
    ],
    program: 'auto',
    lockTimeout: apt.lockTimeout,
  }
}
