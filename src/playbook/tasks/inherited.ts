import type { Scope } from '../../template/api.ts'
import type { Value } from '../../values/value.ts'
import { readBecome } from '../become.ts'
import type { Fields } from '../fields.ts'
import { type Named, readEnvironment, readNotify, readTags } from '../lists.ts'
import type { Mistakes } from '../mistakes.ts'
import type { Condition, Inherited } from '../playbook.ts'
import { readVariables } from '../variables.ts'
import { readConditions } from './conditions.ts'
import { keywordPort } from './keyword-values.ts'
import { readModuleDefaults } from './module-defaults.ts'
import type { TaskListContext } from './task-list.ts'

const CONNECTIONS = ['ssh', 'smart', 'auto', 'openssh', 'paramiko', 'paramiko_ssh', 'local']

/** @throws RangeError for a connection that muster does not have */
export function readConnection(value: Value): string {
  const word = String(value).replace(/^ansible\.(builtin|legacy)\./, '')
  if (CONNECTIONS.includes(word)) return word
  throw new RangeError(`connection '${word}' is not supported: muster has ${CONNECTIONS.join(', ')}`)
}

/** Where nothing is handed down. */
export const NOTHING_INHERITED: Inherited = { vars: new Map(), when: [], tags: [], environment: [] }

/**
 * The keywords of a task, block or import that count for the tasks in it too.
 * @param known variables that templates in tags may use
 * @param notified gets the handlers that are named, for the check of their names
 */
export function readInherited(
  fields: Fields,
  mistakes: Mistakes,
  notified: Named[],
  known?: Scope,
): Inherited {
  const vars = readVariables(fields.node('vars'), mistakes)
  const notify = fields.node('notify') === undefined ? undefined : readNotify(fields, mistakes)
  notified.push(...(notify?.names ?? []))
  const environment = readEnvironment(fields, mistakes)
  return {
    ...readBecome(fields, mistakes),
    vars,
    when: readWhen(fields, mistakes),
    tags: readTags(fields, mistakes, known && under(known, vars)),
    environment: environment === undefined ? [] : [environment],
    ...written({
      notify: notify?.values,
      noLog: fields.boolean('no_log'),
      ignoreErrors: fields.boolean('ignore_errors'),
      checkMode: fields.boolean('check_mode'),
      timeout: fields.integer('timeout'),
      ignoreUnreachable: fields.boolean('ignore_unreachable'),
      anyErrorsFatal: fields.boolean('any_errors_fatal'),
      runOnce: fields.boolean('run_once'),
      delegateTo: fields.text('delegate_to'),
      delegateFacts: fields.boolean('delegate_facts'),
      throttle: fields.integer('throttle'),
      connection: fields.checked('connection', readConnection),
      remoteUser: fields.text('remote_user'),
      port: fields.checked('port', keywordPort),
      diff: fields.boolean('diff'),
      moduleDefaults: readModuleDefaults(fields, mistakes),
    }),
  }
}

function under(known: Scope, vars: ReadonlyMap<string, Value>): Scope {
  return { lookup: (name) => known.lookup(name) ?? vars.get(name) }
}

/** What is known of variables before the run, where a list of tasks stands. */
export function knownIn({ known, inherited, role }: TaskListContext): Scope {
  return {
    lookup: (name) =>
      known.lookup(name) ??
      inherited.vars.get(name) ??
      role?.params.get(name) ??
      role?.vars.get(name) ??
      role?.defaults.get(name),
  }
}

/** What holds inside `inner` when that stands inside `outer`. */
export function within<T extends Inherited>(outer: Inherited, inner: T): T {
  return {
    ...outer,
    ...inner,
    vars: new Map<string, Value>([...outer.vars, ...inner.vars]),
    when: [...outer.when, ...inner.when],
    tags: [...new Set([...outer.tags, ...inner.tags])],
    environment: [...outer.environment, ...inner.environment],
    ...(outer.moduleDefaults === undefined || inner.moduleDefaults === undefined
      ? {}
      : { moduleDefaults: new Map([...outer.moduleDefaults, ...inner.moduleDefaults]) }),
  }
}

/** `when`, each condition with its place. */
export function readWhen(fields: Fields, mistakes: Mistakes): Condition[] {
  const node = fields.node('when')
  if (node === undefined) return []
  return readConditions(node, mistakes).map((test) => ({ test, position: node.position }))
}

/** Only what is written: what is absent does not hide what stands further out. */
function written<T extends object>(keywords: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(keywords).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
