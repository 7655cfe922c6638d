import type { Task } from '../../../playbook/playbook.ts'
import { TemplateError } from '../../../template/api.ts'
import { createEngine } from '../../../template/engine.ts'
import type { HostState, RunState } from '../../run-state.ts'
import { OUTSIDE, type PlayVariables, scopeFor } from '../../scope/variables.ts'

/** The name by which a handler is notified, its templates evaluated; undefined when that cannot be done. */
export function handlerName(
  run: RunState,
  host: HostState,
  play: PlayVariables,
  handler: Task,
): string | undefined {
  const { name } = handler
  if (name === undefined || typeof name === 'string') return name
  try {
    const scope = scopeFor(run, host, play, OUTSIDE, { task: handler, params: new Map() })
    const resolved = createEngine(scope, run.home).resolve(name)
    return typeof resolved === 'string' ? resolved : undefined
  } catch (error) {
    if (error instanceof TemplateError) return undefined
    throw error
  }
}
