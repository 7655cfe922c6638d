import type { Play, Task } from '../../playbook/playbook.ts'
import type { HostState, RunState } from '../run-state.ts'
import { expandArtifacts } from './artifacts/variables.ts'
import type { FactPlan } from './facts.ts'
import type { PlayVariables } from './variables.ts'
import { loadVarsFiles } from './vars-files.ts'

/** What a play's variables come from, beside the host. */
export interface PlayShape {
  readonly play: Play
  readonly name: string
  /** Hosts of the pattern and limit. */
  readonly allHosts: readonly string[]
  /** Hosts of the current batch. */
  readonly batch: readonly string[]
  /** What is gathered of the hosts' facts. */
  readonly facts: FactPlan | undefined
  /** The tasks that will run. */
  readonly tasks: readonly Task[]
}

/** A play's variables for a host, with all that is read from files: vars_files and artifacts. @throws InputError */
export async function readPlayVariables(
  run: RunState,
  host: HostState,
  shape: PlayShape,
): Promise<PlayVariables> {
  return withArtifacts(run, host, await withVarsFiles(run, host, shape), shape.tasks)
}

/** A play's variables with those of its vars_files. @throws InputError */
export async function withVarsFiles(
  run: RunState,
  host: HostState,
  { play, name, allHosts, batch, facts }: Omit<PlayShape, 'tasks'>,
): Promise<PlayVariables> {
  const bare = { play, name, allHosts, batch, files: new Map(), roles: [...play.roles] }
  const waits = await loadVarsFiles(run, host, bare, facts !== undefined)
  return waits ? { ...bare, filesWait: true } : bare
}

/** The same with `artifacts` from the file that `artifacts_file` names. @throws InputError */
export async function withArtifacts(
  run: RunState,
  host: HostState,
  variables: PlayVariables,
  tasks: readonly Task[],
): Promise<PlayVariables> {
  const artifacts = await expandArtifacts(run, host, variables, tasks)
  return artifacts === undefined ? variables : { ...variables, artifacts }
}
