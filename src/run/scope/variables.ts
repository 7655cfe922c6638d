import { findHost } from '../../inventory/localhost.ts'
import type { Play, Task } from '../../playbook/playbook.ts'
import { OMIT, type Scope, type TemplateEngine } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import type { Position } from '../../values/position.ts'
import type { Value } from '../../values/value.ts'
import { PendingResult } from '../host/pending.ts'
import { type HostState, newHost, type RunState } from '../run-state.ts'
import { type Layer, LayeredScope, LazyDict, mapLayer } from './scope.ts'

/** What a stage knows ahead of its tasks: results that are certain, and names whose values do not exist yet. */
export interface StageNames {
  readonly known: Map<string, Value>
  readonly pending: Set<string>
  /** Before the run: names that any host may come to have, so that `hostvars` cannot tell of them yet. */
  readonly everywhere?: ReadonlySet<string>
}

/** The parts of a play that variables need; batch and living hosts change while it runs. */
export interface PlayVariables {
  readonly play: Play
  readonly name: string
  /** Hosts of the pattern and limit. */
  readonly allHosts: readonly string[]
  /** Hosts of the current batch. */
  readonly batch: readonly string[]
  /** From vars_files, per host since their paths may be templates. */
  readonly files: ReadonlyMap<string, Value>
  /** `artifacts` as artifacts.yaml gives it, what the variables say of it already on top. */
  readonly artifacts?: Value
}

/**
 * The variables of a host at a task, in Ansible's precedence (facts/plays.md 10), highest first: names that cannot
 * be changed, `-e`, results and facts, task vars, artifacts.yaml, vars_files, play vars, the inventory's levels.
 */
export function scopeFor(
  run: RunState,
  host: HostState,
  play: PlayVariables,
  stage: StageNames,
  task?: Task,
): LayeredScope {
  return new LayeredScope([
    magicLayer(run, host, play, stage),
    extraLayer(run, play),
    stageLayer(stage),
    mapLayer(host.facts),
    ...(task === undefined ? [] : [mapLayer(task.vars)]),
    (name) => (name === 'artifacts' ? play.artifacts : undefined),
    mapLayer(play.files),
    mapLayer(play.play.vars),
    mapLayer(run.hostVariables(host.name)),
  ])
}

/** `-e`; its `artifacts` are part of the play's where these come from artifacts.yaml. */
function extraLayer(run: RunState, play: PlayVariables): Layer {
  return (name) =>
    name === 'artifacts' && play.artifacts !== undefined ? undefined : run.extraVars.get(name)
}

function stageLayer(stage: StageNames): Layer {
  return (name) => {
    if (stage.pending.has(name)) throw new PendingResult(name)
    return stage.known.get(name)
  }
}

/** Names that {@link scopeFor} gives every host beside those of the inventory. */
export const MAGIC_OF_RUN = [
  'hostvars',
  'playbook_dir',
  'ansible_play_name',
  'ansible_play_hosts',
  'ansible_play_hosts_all',
  'ansible_play_batch',
  'ansible_check_mode',
  'ansible_diff_mode',
  'ansible_limit',
  'ansible_run_tags',
  'ansible_skip_tags',
  'ansible_forks',
  'ansible_verbosity',
  'muster_run',
] as const

/** Names that nothing can change (facts/inventory.md, "all, ungrouped, localhost, magic variables"). */
function magicLayer(run: RunState, host: HostState, play: PlayVariables, stage: StageNames): Layer {
  const living = (names: readonly string[]) => names.filter((name) => run.hosts.get(name)?.gone === undefined)
  const magic: Record<(typeof MAGIC_OF_RUN)[number], () => Value | undefined> = {
    hostvars: () => hostVars(run, host, play, stage),
    playbook_dir: () => run.home.directory,
    ansible_play_name: () => play.name,
    ansible_play_hosts: () => living(play.allHosts),
    ansible_play_hosts_all: () => [...play.allHosts],
    ansible_play_batch: () => living(play.batch),
    ansible_check_mode: () => run.options.check,
    ansible_diff_mode: () => run.options.diff,
    ansible_limit: () => run.options.limit,
    ansible_run_tags: () => (run.options.tags.length === 0 ? ['all'] : [...run.options.tags]),
    ansible_skip_tags: () => [...run.options.skipTags],
    ansible_forks: () => run.options.forks,
    ansible_verbosity: () => run.options.verbosity,
    muster_run: () => run.context.id,
  }
  return (name) => (Object.hasOwn(magic, name) ? magic[name as (typeof MAGIC_OF_RUN)[number]]() : undefined)
}

/**
 * Reads connection and become variables. Results and facts are left out: what a host sent must never decide how, and
 * as whom, muster connects.
 */
export function settingReader(
  run: RunState,
  host: HostState,
  play: PlayVariables,
): (name: string) => Value | undefined {
  const scope = scopeFor(run, { ...host, facts: new Map() }, play, { known: new Map(), pending: new Set() })
  const engine = createEngine(scope, run.home)
  return (name) => resolvedVariable(engine, scope, name)
}

/** Where the variables of {@link settingReader} are written, as far as the inventory or its folders say them. */
export function settingPlace(
  run: RunState,
  host: HostState,
  play: PlayVariables,
): (name: string) => Position | undefined {
  return (name) =>
    run.extraVars.has(name) || play.files.has(name) || play.play.vars.has(name)
      ? undefined
      : run.variablePlace(host.name, name)
}

/** A variable with its templates evaluated; undefined when there is none. */
export function resolvedVariable(
  engine: TemplateEngine,
  scope: LayeredScope,
  name: string,
): Value | undefined {
  const value = scope.lookup(name)
  if (value === undefined) return undefined
  const resolved = engine.resolve(value)
  return resolved === OMIT ? undefined : resolved
}

/** `hostvars`: each host's variables, evaluated with that host's own variables when they are read. */
function hostVars(run: RunState, asking: HostState, play: PlayVariables, stage: StageNames): Value {
  const names = () => run.inventory.hosts.keys()
  return new LazyDict(names, (name) => {
    if (findHost(run.inventory, name) === undefined) return undefined
    // A host that no play had yet has no results, and all its variables.
    const host = run.hosts.get(name) ?? newHost(name)
    const scope = scopeFor(run, host, { ...play, files: new Map() }, { known: new Map(), pending: new Set() })
    // A play's own vars do not belong to a host; without them the layers are facts, -e and the inventory.
    const own: Scope = {
      lookup: (variable) =>
        play.play.vars.has(variable) && !isHostVariable(run, host, variable)
          ? undefined
          : scope.lookup(variable),
    }
    const engine = createEngine(own, run.home)
    const keys = () =>
      new Set([...run.hostVariables(name).keys(), ...host.facts.keys(), ...run.extraVars.keys()])
    const pending = name === asking.name ? stage.pending : stage.everywhere
    return new LazyDict(keys, (variable) => {
      if (pending?.has(variable) || stage.everywhere?.has(variable)) throw new PendingResult(variable)
      const known = name === asking.name ? stage.known.get(variable) : undefined
      const value = known ?? own.lookup(variable)
      if (value === undefined) return undefined
      const resolved = engine.resolve(value)
      return typeof resolved === 'symbol' ? undefined : resolved
    })
  })
}

function isHostVariable(run: RunState, host: HostState, name: string): boolean {
  return run.extraVars.has(name) || host.facts.has(name) || run.hostVariables(host.name).has(name)
}
