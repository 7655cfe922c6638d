import type { TaskFailure } from '../values/task-failure.ts'
import type { Key, Value } from '../values/value.ts'
import type { Diff, Outcome } from './module.ts'

/** What became of one task on one host, or of one item of its loop, before `changed_when` and its like are asked. */
export interface TaskResult {
  changed: boolean
  failed: boolean
  skipped: boolean
  /** Work was sent and its answer lost. */
  unknown: boolean
  message: string | undefined
  hint: string | undefined
  /** The module's keys. */
  values: Map<Key, Value>
  diff: readonly Diff[]
  /** Variables for the host. */
  facts: ReadonlyMap<string, Value>
  /** Facts that the module has found, by their names as variables. */
  gathered?: ReadonlyMap<string, Value>
}

export const NO_FACTS: ReadonlyMap<string, Value> = new Map()

/** @param yielded a change was yielded, which counts unless the outcome overrules it */
export function resultOf(outcome: Outcome, yielded: boolean, diff: readonly Diff[]): TaskResult {
  return {
    changed: outcome.changed ?? (yielded && outcome.skipped !== true),
    failed: outcome.failed ?? false,
    skipped: outcome.skipped ?? false,
    unknown: false,
    message: outcome.msg,
    hint: undefined,
    values: new Map(Object.entries(outcome.result ?? {})),
    diff: outcome.diff ?? diff,
    facts: outcome.facts ?? NO_FACTS,
    ...(outcome.gathered === undefined ? {} : { gathered: outcome.gathered }),
  }
}

/** A failure with Ansible's key `msg`; `changed` is what had been done before it. */
export function failureResult(error: TaskFailure, changed = false): TaskResult {
  const values = new Map<Key, Value>(Object.entries(error.result))
  const marked = values.get('changed')
  return {
    changed: typeof marked === 'boolean' ? marked : changed,
    failed: true,
    skipped: false,
    unknown: false,
    message: error.message,
    hint: error.hint,
    values,
    diff: [],
    facts: NO_FACTS,
  }
}
