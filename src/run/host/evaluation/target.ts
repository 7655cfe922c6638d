import type { ConnectionKind } from '../../../connection/settings/settings.ts'
import { SETTING_NAMES } from '../../../connection/settings/variable-names.ts'
import type { Task } from '../../../playbook/playbook.ts'
import { readConnection } from '../../../playbook/tasks/inherited.ts'
import { keywordPort } from '../../../playbook/tasks/keyword-values.ts'
import { OMIT, type TemplateEngine } from '../../../template/api.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import type { Value } from '../../../values/value.ts'
import type { Way } from '../settings.ts'

/** Where a task is done that is not done on its own host as that is reached anyway. */
export interface Target {
  readonly host: string
  /** How it is reached where its variables do not say so. */
  readonly way?: Way
}

/**
 * What `delegate_to`, `connection`, `remote_user` and `port` of a task come to; before its `when`, as in Ansible. An
 * empty text delegates nothing.
 * @param settings reads the connection variables of a host, which beat the keywords
 * @throws TaskFailure for a value that is no name of a host
 */
export function targetOf(
  engine: TemplateEngine,
  task: Task,
  own: string,
  settings: (host: string) => (variable: string) => Value | undefined,
): Target | undefined {
  const delegate = text(engine, task.delegateTo, 'delegate_to')
  const connection = text(engine, task.connection, 'connection')
  const user = text(engine, task.remoteUser, 'remote_user')
  const port = number(engine, task.port)
  const host = delegate ?? own
  const bare = delegate === undefined ? undefined : { host }
  if (connection === undefined && user === undefined && port === undefined) return bare
  const variable = settings(host)
  const isSaid = (names: readonly string[]) => names.some((name) => variable(name) !== undefined)
  const way: Way = {
    ...(connection === undefined || isSaid(SETTING_NAMES.connection)
      ? {}
      : { connection: readConnection(connection) as ConnectionKind }),
    ...(user === undefined || isSaid(SETTING_NAMES.user) ? {} : { user }),
    ...(port === undefined || isSaid(SETTING_NAMES.port) ? {} : { port }),
  }
  return Object.keys(way).length === 0 ? bare : { host, way }
}

function text(engine: TemplateEngine, value: Value | undefined, keyword: string): string | undefined {
  if (value === undefined) return undefined
  const resolved = engine.resolve(value)
  if (resolved === OMIT || resolved === null || resolved === '') return undefined
  if (typeof resolved === 'string') return resolved
  const what = keyword === 'remote_user' ? 'the name of a user' : 'the name of a host'
  throw new TaskFailure(`${keyword} takes ${what}, and got ${JSON.stringify(resolved)}`)
}

function number(engine: TemplateEngine, value: Value | undefined): number | undefined {
  if (value === undefined) return undefined
  const resolved = engine.resolve(value)
  return resolved === OMIT || resolved === null ? undefined : keywordPort(resolved)
}
