import type { FactGroup } from '../../modules/facts/group.ts'
import { FACT_GROUPS, groupOfFact } from '../../modules/facts/index.ts'
import type { Dict, Value } from '../../values/value.ts'
import { NotYetThere } from '../batch/progress.ts'
import type { Turn } from '../batch/turn.ts'
import type { HostState } from '../run-state.ts'
import { UnknownValue } from './foresight.ts'
import { type Layer, LazyDict } from './scope.ts'
import type { Vantage } from './variables.ts'

/** What facts have in front of their names as variables. */
const PREFIX = 'ansible_'

/** How a host's facts are had in the plays that gather them: what nobody reads is never asked for. */
export interface Gathering {
  /** What gather_subset leaves. */
  readonly groups: ReadonlySet<FactGroup>
  /** What has been asked for; what of it has no value does not exist on the host. */
  readonly done: Set<FactGroup>
  /** Since when they hold, for other hosts: the beginning of the play. */
  readonly position: Turn
  /**
   * Asks the host for groups.
   * @param reader the host whose task reads them: another one is not hurt when they cannot be had
   */
  read(groups: readonly FactGroup[], reader: HostState): Promise<void>
}

/** What a play gathers of the facts of its hosts. */
export interface FactPlan {
  readonly groups: ReadonlySet<FactGroup>
  readonly factPath: string | undefined
  /** Seconds. */
  readonly timeout: number | undefined
  /** Not of hosts whose facts are there already. */
  readonly smart: boolean
}

/** A template reads facts that have not been asked for yet. Whoever evaluates asks, and evaluates again. */
export class FactsNeeded extends NotYetThere {
  readonly host: HostState
  readonly groups: readonly FactGroup[]

  constructor(host: HostState, groups: readonly FactGroup[], position: Turn) {
    super([host.name], position)
    this.name = 'FactsNeeded'
    this.host = host
    this.groups = groups
  }
}

/** A fact's name without `ansible_`; undefined when it is none that muster gathers. */
export function factIn(variable: string): string | undefined {
  if (!variable.startsWith(PREFIX)) return undefined
  const name = variable.slice(PREFIX.length)
  return groupOfFact(name) === undefined ? undefined : name
}

/** `ansible_distribution` and its like, and what modules of facts have found. */
export function factsLayer(host: HostState, vantage: Vantage): Layer {
  return (name) => {
    const known = host.gathered.get(name)
    if (known !== undefined) return known
    const fact = factIn(name)
    return fact === undefined ? undefined : notAsked(host, vantage, fact)
  }
}

/** A fact of another host, as the tasks before it have left it. */
export function factOfOther(other: HostState, vantage: Vantage, variable: string): Value | undefined {
  const known = other.gathered.before(vantage.position, variable)
  if (known !== undefined) return known
  const fact = factIn(variable)
  return fact === undefined ? undefined : notAsked(other, vantage, fact)
}

/** `ansible_facts`: all facts of a host, made when they are read. */
export function factsDict(host: HostState, vantage: Vantage, own: boolean): Dict {
  const get = (name: string) => (own ? host.gathered.get(name) : host.gathered.before(vantage.position, name))
  const names = (): Iterable<string> => {
    needs(host, vantage, FACT_GROUPS)
    const all = own ? host.gathered.keys() : host.gathered.keysBefore(vantage.position)
    return new Set([...all].map((name) => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name)))
  }
  return new LazyDict(names, (name) => {
    if (vantage.foresight?.unknown.has(name) === true) throw new UnknownValue(name)
    return get(`${PREFIX}${name}`) ?? get(name) ?? notAsked(host, vantage, name)
  })
}

function notAsked(host: HostState, vantage: Vantage, fact: string): undefined {
  const group = groupOfFact(fact)
  if (group !== undefined) needs(host, vantage, [group])
}

/** @throws FactsNeeded, or UnknownValue ahead of the turn, for groups that can be had and were not asked for */
function needs(host: HostState, { foresight, position }: Vantage, wanted: readonly FactGroup[]): void {
  if (foresight?.gathers === true) throw new UnknownValue('ansible_facts')
  const { gathering } = host
  if (gathering === undefined) return
  const missing = wanted.filter((group) => gathering.groups.has(group) && !gathering.done.has(group))
  if (missing.length === 0) return
  if (foresight !== undefined) throw new UnknownValue(`ansible_facts of ${host.name}`)
  throw new FactsNeeded(host, missing, position)
}
