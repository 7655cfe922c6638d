import type { BecomeKeywords, Task } from '../../../playbook/playbook.ts'
import { keywordBoolean } from '../../../playbook/tasks/keyword-values.ts'
import { OMIT, type TemplateEngine } from '../../../template/api.ts'
import { str } from '../../../template/python/text/repr.ts'
import { Float } from '../../../values/float.ts'
import { Secret } from '../../../values/secret.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import { type Dict, isDict, type Value } from '../../../values/value.ts'
import type { RunState } from '../../run-state.ts'
import type { PlayVariables } from '../../scope/variables.ts'
import { inLine } from './evaluation-failure.ts'

/** Whether a task is only to say what it would do. @throws TaskFailure for a value that is no boolean */
export function checkMode(engine: TemplateEngine, run: RunState, task: Task): boolean {
  if (task.checkMode === undefined) return run.options.check
  const wanted = truth(engine, task.checkMode, 'check_mode')
  // `check_mode: false` runs really in a check run; a plan promises to touch nothing and keeps that.
  return run.options.mode === 'plan' ? true : wanted
}

/** The keywords of becoming another user, evaluated: the task's, or the play's. */
export function becomeKeywords(engine: TemplateEngine, task: BecomeKeywords, play: PlayVariables) {
  const nearest = (key: 'become' | 'becomeUser' | 'becomeMethod' | 'becomeFlags' | 'becomeExe') => {
    const value = task[key] ?? play.play[key]
    if (value === undefined) return undefined
    const resolved = engine.resolve(value)
    return resolved === OMIT ? undefined : resolved
  }
  return {
    become: nearest('become'),
    becomeUser: nearest('becomeUser'),
    becomeMethod: nearest('becomeMethod'),
    becomeFlags: nearest('becomeFlags'),
    becomeExe: nearest('becomeExe'),
  }
}

/** The environment of play and task merged, later ones winning; null gives the text None as in Ansible. */
export function environmentOf(
  engine: TemplateEngine,
  sources: readonly (Value | undefined)[],
): (readonly [string, string | Secret])[] {
  const merged = new Map<string, string | Secret>()
  for (const source of sources) {
    if (source === undefined || source === null) continue
    const resolved = engine.resolve(source)
    const dicts = Array.isArray(resolved) ? resolved : [resolved]
    for (const entries of dicts) {
      if (entries === OMIT || entries === null) continue
      if (!isDict(entries as Value))
        throw new TaskFailure(
          `environment must be a mapping of names to texts, got ${inLine(entries as Value)}`,
        )
      for (const [name, value] of entries as Dict) {
        if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(String(name)))
          throw new TaskFailure(`'${String(name)}' cannot be the name of an environment variable`)
        merged.set(String(name), value instanceof Secret ? value : str(value))
      }
    }
  }
  return [...merged]
}

/** A keyword's value as a number of seconds; 0 without one. @throws TaskFailure for what is none */
export function seconds(engine: TemplateEngine, value: Value | undefined, keyword: string): number {
  if (value === undefined || value === null) return 0
  const resolved = engine.resolve(value)
  if (resolved === OMIT || resolved === null) return 0
  const read = resolved instanceof Float ? resolved.value : Number(resolved)
  if (typeof resolved === 'boolean' || !Number.isFinite(read) || read < 0)
    throw new TaskFailure(`${keyword} must be a number of seconds, got ${inLine(resolved)}`)
  return read
}

/** A keyword's value as a boolean; false without one. @throws TaskFailure for what is none */
export function truth(engine: TemplateEngine, value: Value | undefined, keyword: string): boolean {
  if (value === undefined) return false
  const resolved = engine.resolve(value)
  if (resolved === null || resolved === OMIT) return false
  try {
    return keywordBoolean(keyword, resolved)
  } catch (error) {
    if (error instanceof RangeError) throw new TaskFailure(error.message)
    throw error
  }
}
