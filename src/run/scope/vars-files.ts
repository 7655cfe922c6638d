import { findVarsFile, loadVarsFile } from '../../playbook/plays/vars-files.ts'
import type { OMIT, TemplateEngine } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import { InputError } from '../../values/problem.ts'
import type { Value } from '../../values/value.ts'
import type { HostState, RunState } from '../run-state.ts'
import { FactsNeeded } from './facts.ts'
import { UnknownValue } from './foresight.ts'
import { type PlayVariables, scopeFor, type Vantage } from './variables.ts'

const loaded = new WeakMap<RunState, Map<string, Promise<ReadonlyMap<string, Value>>>>()

/**
 * The variables of a play's `vars_files` for a host, later files winning. A list inside the list takes the first file
 * that exists. Unlike Ansible a missing file is an error: a rollout with half of its variables is a wrong rollout.
 * @param gathers facts will be there later: files whose names need them wait ({@link finishVarsFiles})
 * @returns whether some wait
 * @throws InputError
 */
export async function loadVarsFiles(
  run: RunState,
  host: HostState,
  play: PlayVariables & { readonly files: Map<string, Value> },
  gathers: boolean,
): Promise<boolean> {
  const foresight = { known: new Map(), unknown: new Set<string>(), gathers: true }
  const vantage = { position: run.progress.next, ...(gathers ? { foresight } : {}) }
  const scope = scopeFor(run, host, play, vantage)
  return loadAll(run, play, createEngine(scope, run.home), true)
}

/**
 * Loads them all again, in their order, once the facts that their names need can be had.
 * @throws NotYetThere, InputError
 */
export async function finishVarsFiles(
  run: RunState,
  host: HostState,
  play: PlayVariables,
  vantage: Vantage,
): Promise<void> {
  const files = play.files as Map<string, Value>
  files.clear()
  const scope = scopeFor(run, host, play, vantage)
  await loadAll(run, { ...play, files }, createEngine(scope, run.home), false)
}

/** @param mayWait names that cannot be known yet are passed over */
async function loadAll(
  run: RunState,
  { play, files }: PlayVariables & { readonly files: Map<string, Value> },
  engine: TemplateEngine,
  mayWait: boolean,
): Promise<boolean> {
  let waits = false
  for (const { value, position } of play.varsFiles) {
    let candidates: Value | typeof OMIT
    try {
      candidates = engine.resolve(value)
    } catch (error) {
      const unknown = error instanceof UnknownValue || error instanceof FactsNeeded
      if (unknown && !mayWait) throw error
      if (unknown) {
        waits = true
        continue
      }
      throw new InputError([{ message: `vars_files: ${(error as Error).message}`, position }])
    }
    const names = (Array.isArray(candidates) ? candidates : [candidates]).map((name) => String(name))
    const path = await findVarsFile(run.home.directory, names)
    if (path === undefined) {
      throw new InputError([
        {
          message: `vars_files: no such file: ${names.join(', ')}`,
          position,
          hint: `looked in ${run.home.directory} and its folder vars/`,
        },
      ])
    }
    for (const [name, content] of await load(run, path)) files.set(name, content)
  }
  return waits
}

function load(run: RunState, path: string): Promise<ReadonlyMap<string, Value>> {
  let files = loaded.get(run)
  if (files === undefined) {
    files = new Map()
    loaded.set(run, files)
  }
  let content = files.get(path)
  if (content === undefined) {
    content = loadVarsFile(path).then((variables) => {
      run.masker.learnAll([variables])
      return variables
    })
    files.set(path, content)
  }
  return content
}
