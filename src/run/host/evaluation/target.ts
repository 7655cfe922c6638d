import type { ConnectionKind } from '../../../connection/settings/settings.ts'
import type { Task } from '../../../playbook/playbook.ts'
import { readConnection } from '../../../playbook/tasks/inherited.ts'
import { OMIT, type TemplateEngine } from '../../../template/api.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import type { Value } from '../../../values/value.ts'

/** Where a task is done that is not done on its own host as that is reached anyway. */
export interface Target {
  readonly host: string
  /** How it is reached where its variables do not say so. */
  readonly connection?: ConnectionKind
}

/**
 * What `delegate_to` and `connection` of a task come to; before its `when`, as in Ansible. An empty text delegates nothing.
 * @throws TaskFailure for a value that is no name of a host
 */
export function targetOf(engine: TemplateEngine, task: Task, own: string): Target | undefined {
  const host = text(engine, task.delegateTo, 'delegate_to')
  const connection = text(engine, task.connection, 'connection')
  if (host === undefined && connection === undefined) return undefined
  if (connection === undefined) return { host: host ?? own }
  return { host: host ?? own, connection: readConnection(connection) as ConnectionKind }
}

function text(engine: TemplateEngine, value: Value | undefined, keyword: string): string | undefined {
  if (value === undefined) return undefined
  const resolved = engine.resolve(value)
  if (resolved === OMIT || resolved === null || resolved === '') return undefined
  if (typeof resolved === 'string') return resolved
  throw new TaskFailure(`${keyword} takes the name of a host, and got ${JSON.stringify(resolved)}`)
}
