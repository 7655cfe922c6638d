// More than 250 lines: the layers of a host's variables are one order, and each can be read only beside the others.

import { findHost } from '../../inventory/localhost.ts'
import type { Play, Task } from '../../playbook/playbook.ts'
import type { Role } from '../../playbook/roles/role.ts'
import { OMIT, type Scope, type TemplateEngine } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import type { Position } from '../../values/position.ts'
import type { Value } from '../../values/value.ts'
import { BEFORE_ALL, BEHIND_ALL, isBefore, type Turn } from '../batch/turn.ts'
import { type HostState, newHost, type RunState, withoutResults } from '../run-state.ts'
import { factOfOther, factsDict, factsLayer } from './facts.ts'
import { type Foresight, UnknownValue } from './foresight.ts'
import { ANSIBLE_VERSION, MAGIC, MAGIC_OF_RUN } from './magic-of-run.ts'
import { roleNames } from './role-names.ts'
import { type Layer, LayeredScope, LazyDict, mapLayer } from './scope.ts'

/** From where variables are read: which task, and whether ahead of its turn. */
export interface Vantage {
  /** Position of the task; other hosts are seen as tasks before it have left them. */
  readonly position: Turn
  readonly foresight?: Foresight
}

/** The task that is evaluated, and the variables of the includes that led to it. */
export interface TaskPlace {
  readonly task: Task
  readonly params: ReadonlyMap<string, Value>
}

/** Before and beside all tasks: nothing that a task has set is seen. */
export const OUTSIDE: Vantage = { position: BEFORE_ALL }

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
  /** Some of them have names that need facts, and are read once those are there. */
  readonly filesWait?: true
  /** Roles whose defaults and vars all tasks see; includes add to them. */
  readonly roles: Role[]
  /** `artifacts` as artifacts.yaml gives it, what the variables say of it already on top. */
  readonly artifacts?: Value
}

/**
 * The variables of a host at a task, in Ansible's precedence (facts/plays.md 10), highest first: names that cannot
 * be changed, `-e`, parameters of includes and roles, results and facts, include_vars, task vars, the task's role's vars,
 * those of the play's roles, artifacts.yaml, vars_files, play vars, the inventory's levels, defaults of roles.
 */
export function scopeFor(
  run: RunState,
  host: HostState,
  play: PlayVariables,
  vantage: Vantage,
  at?: TaskPlace,
): LayeredScope {
  const { task, params } = at ?? {}
  const role = task?.role
  return new LayeredScope(
    [
      magicLayer(run, host, play, vantage, at),
      extraLayer(run, play),
      ...(params === undefined || params.size === 0 ? [] : [mapLayer(params)]),
      ...(role === undefined ? [] : [mapLayer(role.params)]),
      ...(vantage.foresight === undefined ? [] : [foresightLayer(vantage.foresight)]),
      (name) => host.facts.get(name),
      (name) => host.included.get(name),
      ...(task === undefined ? [] : [mapLayer(task.vars)]),
      ...(role === undefined ? [] : [mapLayer(role.vars)]),
      ...[...play.roles].reverse().map(({ sharedVars }) => mapLayer(sharedVars)),
      (name) => (name === 'artifacts' ? play.artifacts : undefined),
      mapLayer(play.files),
      mapLayer(play.play.vars),
      factsLayer(host, vantage),
      mapLayer(run.hostVariables(host.name)),
      ...(role === undefined ? [] : [mapLayer(role.defaults)]),
      ...[...play.roles].reverse().map(({ sharedDefaults }) => mapLayer(sharedDefaults)),
      ...(task === undefined ? [] : [fallbackLayer(run, host, play, task)]),
    ],
    run.options.hashBehaviour === 'merge',
  )
}

/** `-e`; its `artifacts` are part of the play's where these come from artifacts.yaml. */
function extraLayer(run: RunState, play: PlayVariables): Layer {
  return (name) =>
    name === 'artifacts' && play.artifacts !== undefined ? undefined : run.extraVars.get(name)
}

function foresightLayer({ known, unknown }: Foresight): Layer {
  return (name) => {
    if (unknown.has(name)) throw new UnknownValue(name)
    return known.get(name)
  }
}

/** What a host is called and how it is reached, where no variable says so; not seen in `hostvars`, as in Ansible. */
function fallbackLayer(run: RunState, host: HostState, { play }: PlayVariables, task: Task): Layer {
  return (name) => {
    if (name === 'ansible_host') return host.name
    if (name === 'ansible_port') return task.port ?? play.port
    return name === 'ansible_user' ? (task.remoteUser ?? play.remoteUser ?? run.options.user) : undefined
  }
}

/** `vars`: all variables of the host, evaluated when they are read. */
function allVariables(
  run: RunState,
  host: HostState,
  play: PlayVariables,
  vantage: Vantage,
  at: TaskPlace | undefined,
): Value {
  const scope = scopeFor(run, host, play, vantage, at)
  const roles = [...play.roles, ...(at?.task.role === undefined ? [] : [at.task.role])]
  const engine = createEngine(scope, run.home)
  const names = () =>
    new Set([
      ...run.hostVariables(host.name).keys(),
      ...play.play.vars.keys(),
      ...play.files.keys(),
      ...(at?.task.vars.keys() ?? []),
      ...(at?.params.keys() ?? []),
      ...roles.flatMap((role) => [...role.vars.keys(), ...role.defaults.keys(), ...role.params.keys()]),
      ...host.included.keys(),
      ...host.facts.keys(),
      ...host.gathered.keys(),
      ...run.extraVars.keys(),
      ...MAGIC_OF_RUN.filter((name) => name !== 'vars'),
    ])
  return new LazyDict(names, (name) => resolvedVariable(engine, scope, name))
}

/** Names that nothing can change (facts/inventory.md, "all, ungrouped, localhost, magic variables"). */
function magicLayer(
  run: RunState,
  host: HostState,
  play: PlayVariables,
  vantage: Vantage,
  at: TaskPlace | undefined,
): Layer {
  const task = at?.task
  const living = (names: readonly string[]) => {
    run.progress.require(
      names.filter((name) => name !== host.name),
      vantage.position,
    )
    return names.filter((name) => !isBefore(run.hosts.get(name)?.goneAt ?? BEHIND_ALL, vantage.position))
  }
  const magic: Record<(typeof MAGIC_OF_RUN)[number], () => Value | undefined> = {
    hostvars: () => hostVars(run, host, play, vantage),
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
    ansible_version: () => ANSIBLE_VERSION,
    ansible_facts: () => factsDict(host, vantage, true),
    ansible_search_path: () => [...(task?.search ?? [run.home.directory])],
    ansible_playbook_python: () => '/usr/bin/python3',
    ...roleNames(play.roles, task?.role),
    ansible_inventory_sources: () => [...run.options.inventorySources],
    ansible_config_file: () => run.options.configFile ?? null,
    play_hosts: () => living(play.batch),
    environment: () =>
      [play.play.environment, ...(task?.environment ?? [])].filter((one) => one !== undefined),
    vars: () => allVariables(run, host, play, vantage, at),
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
  const scope = scopeFor(run, withoutResults(host), play, OUTSIDE)
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
function hostVars(run: RunState, asking: HostState, play: PlayVariables, vantage: Vantage): Value {
  const names = () => run.fleet.inventory.hosts.keys()
  return new LazyDict(names, (name) => {
    if (findHost(run.fleet.inventory, name) === undefined) return undefined
    // A host that no play had yet has no results, and all its variables.
    const host = run.hosts.get(name) ?? newHost(name)
    const own = name === asking.name
    const { position, foresight } = vantage
    const fact = (variable: string) => {
      if (own) return foresight?.known.get(variable) ?? host.facts.get(variable)
      run.progress.require([name], position)
      return host.facts.before(position, variable)
    }
    const found = own ? factsLayer(host, vantage) : (variable: string) => factOfOther(host, vantage, variable)
    const inventory = scopeFor(run, withoutResults(host), { ...play, files: new Map() }, { position })
    const variables = run.hostVariables(name)
    // A play's own vars do not belong to a host; without them the layers are facts, -e and the inventory.
    const scope: Scope = {
      lookup: (variable) => {
        if (variable === 'ansible_facts') {
          if (!own) run.progress.require([name], position)
          return factsDict(host, vantage, own)
        }
        if (MAGIC.has(variable) || run.extraVars.has(variable)) return inventory.lookup(variable)
        const set = fact(variable) ?? found(variable)
        if (set !== undefined) return set
        return play.play.vars.has(variable) && !variables.has(variable)
          ? undefined
          : inventory.lookup(variable)
      },
    }
    const engine = createEngine(scope, run.home)
    const keys = () => {
      if (!own) run.progress.require([name], position)
      const facts = [host.facts, host.gathered].flatMap((each) => [
        ...(own ? each.keys() : each.keysBefore(position)),
      ])
      return new Set([...variables.keys(), ...facts, ...run.extraVars.keys()])
    }
    const unknown = own ? foresight?.unknown : foresight?.everywhere
    return new LazyDict(keys, (variable) => {
      if (unknown?.has(variable) || foresight?.everywhere?.has(variable)) throw new UnknownValue(variable)
      const value = scope.lookup(variable)
      if (value === undefined) return undefined
      const resolved = engine.resolve(value)
      return typeof resolved === 'symbol' ? undefined : resolved
    })
  })
}
