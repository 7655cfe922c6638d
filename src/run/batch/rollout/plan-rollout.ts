import { matchPattern } from '../../../inventory/patterns/patterns.ts'
import type { Entry, Play } from '../../../playbook/playbook.ts'
import { readCanary, readRamp, readSize } from '../../../playbook/plays/rollout.ts'
import { keywordBoolean, keywordSeconds, keywordText } from '../../../playbook/tasks/keyword-values.ts'
import { OMIT } from '../../../template/api.ts'
import { createEngine } from '../../../template/engine.ts'
import { str } from '../../../template/python/text/repr.ts'
import type { Value } from '../../../values/value.ts'
import type { RunState } from '../../run-state.ts'
import { canaryOf, count, countFromZero, spread, waves } from './waves.ts'

/** A rollout with everything decided that is known before it begins. */
export interface PlannedRollout {
  readonly waves: readonly (readonly string[])[]
  /** The first wave is one. */
  readonly hasCanary: boolean
  /** Hosts that may be worked on or lost at a time; undefined: as many as a wave has. */
  readonly maxUnavailable: number | undefined
  /** Hosts that may be lost over the whole run; undefined: any number. */
  readonly budget: number | undefined
  readonly countsUnreachable: boolean
  /** Seconds between waves. */
  readonly pause: number
  readonly approval: Approval | undefined
  readonly gate: readonly Entry[]
  readonly rollback: readonly Entry[]
}

/** Between waves somebody has to say that it goes on. */
export interface Approval {
  /** Making or touching it says so. */
  readonly file: string | undefined
  /** Seconds; undefined: however long it takes. */
  readonly timeout: number | undefined
}

/**
 * Decides the waves of a play that has `rollout`.
 * @param evaluate gives a keyword's value with the play's own and extra variables
 * @throws RangeError for values of keywords, InputError for a pattern
 */
export function planRollout(
  run: RunState,
  play: Play,
  hosts: readonly string[],
  evaluate: (value: Value | undefined) => Value | undefined,
): PlannedRollout | undefined {
  const { rollout } = play
  if (rollout === undefined) return undefined
  const given = <T>(value: Value | undefined, read: (value: Value) => T): T | undefined => {
    const known = evaluate(value)
    return known === undefined || known === null ? undefined : read(known)
  }
  const siteOf = siteReader(run, rollout.spreadBy)
  const mixed = rollout.spreadBy === undefined ? hosts : spread(hosts, siteOf)
  const canary = given(rollout.canary, readCanary)
  const chosen =
    canary === undefined
      ? []
      : 'pattern' in canary
        ? hostsOf(run, canary.pattern, mixed)
        : canaryOf(mixed, count(canary, hosts.length), siteOf)
  const maxUnavailable = given(rollout.maxUnavailable, (value) => readSize('max_unavailable', value, 1))
  const budget = given(rollout.budget, (value) => readSize('budget', value, 0))
  const file = given(rollout.approvalFile, (value) => keywordText('approval_file', value))
  const approves = given(rollout.approval, (value) => keywordBoolean('approval', value)) ?? file !== undefined
  const timeout = given(rollout.approvalTimeout, (value) => keywordSeconds('approval_timeout', value))
  return {
    waves: waves(mixed, { canary: chosen, ramp: given(rollout.ramp, readRamp) }),
    hasCanary: chosen.length > 0,
    maxUnavailable: maxUnavailable === undefined ? undefined : count(maxUnavailable, hosts.length),
    budget: budget === undefined ? undefined : countFromZero(budget, hosts.length),
    countsUnreachable:
      given(rollout.countUnreachable, (value) => keywordBoolean('count_unreachable', value)) ?? true,
    pause: given(rollout.pause, (value) => keywordSeconds('pause', value)) ?? 0,
    approval: approves ? { file, timeout } : undefined,
    gate: rollout.gate,
    rollback: play.rollback,
  }
}

/**
 * The hosts of the play that a pattern means. A canary that no host is in would let the whole fleet be the first wave;
 * where `--limit` chose hosts, those are meant whether the canary is among them or not.
 */
function hostsOf(run: RunState, pattern: string, hosts: readonly string[]): string[] {
  const matched = new Set(matchPattern(run.fleet.inventory, pattern))
  const chosen = hosts.filter((host) => matched.has(host))
  if (chosen.length === 0 && hosts.length > 0 && run.options.limit === undefined)
    throw new RangeError(`canary: no host of the play is in '${pattern}'`)
  return chosen
}

function siteReader(run: RunState, variable: string | undefined): (host: string) => string {
  if (variable === undefined) return () => ''
  const known = new Map<string, string>()
  return (host) => {
    const site = known.get(host) ?? readSite(run, host, variable)
    known.set(host, site)
    return site
  }
}

/** Hosts without the variable are a site of their own. */
function readSite(run: RunState, host: string, variable: string): string {
  const variables = run.hostVariables(host)
  const written = run.extraVars.get(variable) ?? variables.get(variable)
  if (written === undefined) return ''
  const lookup = (name: string) => run.extraVars.get(name) ?? variables.get(name)
  try {
    const value = createEngine({ lookup }, run.home).resolve(written)
    return value === OMIT ? '' : str(value)
  } catch (error) {
    throw new RangeError(`spread_by: '${variable}' of host ${host}: ${(error as Error).message}`)
  }
}
