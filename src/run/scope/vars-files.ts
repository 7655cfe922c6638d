import { findVarsFile, loadVarsFile } from '../../playbook/plays/vars-files.ts'
import type { OMIT } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import { InputError } from '../../values/problem.ts'
import type { Value } from '../../values/value.ts'
import type { HostState, RunState } from '../run-state.ts'
import { type PlayVariables, scopeFor } from './variables.ts'

const loaded = new WeakMap<RunState, Map<string, Promise<ReadonlyMap<string, Value>>>>()

/**
 * The variables of a play's `vars_files` for a host, later files winning. A list inside the list takes the first file
 * that exists. Unlike Ansible a missing file is an error: a rollout with half of its variables is a wrong rollout.
 * @throws InputError
 */
export async function loadVarsFiles(
  run: RunState,
  host: HostState,
  play: PlayVariables,
): Promise<ReadonlyMap<string, Value>> {
  const variables = new Map<string, Value>()
  const engine = createEngine(
    scopeFor(run, host, { ...play, files: variables }, { position: run.progress.next }),
    run.home,
  )
  for (const { value, position } of play.play.varsFiles) {
    let candidates: Value | typeof OMIT
    try {
      candidates = engine.resolve(value)
    } catch (error) {
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
    for (const [name, content] of await load(run, path)) variables.set(name, content)
  }
  return variables
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
