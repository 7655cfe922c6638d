import { type Dict, isDict, type Value } from '../../values/value.ts'
import type { Test } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { PythonError } from '../python/error.ts'
import { isTrue } from '../python/truth.ts'

/** A test of a task's result, which must be a dict. */
function resultTest(name: string, holds: (result: Dict) => boolean): Test {
  return (input, args) => {
    bind(args, {})
    if (isDict(input)) return holds(input)
    throw new PythonError(`The '${name}' test expects a dictionary`)
  }
}

function flag(value: Value, key: string): boolean {
  return isDict(value) && isTrue(value.get(key) ?? null)
}

/** A loop's result is changed when one of its items is. */
function hasChanged(result: Dict): boolean {
  if (result.has('changed')) return flag(result, 'changed')
  const results = result.get('results')
  return Array.isArray(results) && results.some((item) => flag(item, 'changed'))
}

const failed = resultTest('failed', (result) => flag(result, 'failed'))
const succeeded = resultTest('failed', (result) => !flag(result, 'failed'))
const changed = resultTest('changed', hasChanged)
const skipped = resultTest('skipped', (result) => flag(result, 'skipped'))

export const tests: Readonly<Record<string, Test>> = {
  failed,
  failure: failed,
  succeeded,
  success: succeeded,
  successful: succeeded,
  changed,
  change: changed,
  skipped,
  skip: skipped,
  unreachable: resultTest('unreachable', (result) => flag(result, 'unreachable')),
  reachable: resultTest('unreachable', (result) => !flag(result, 'unreachable')),
  timedout: resultTest('timedout', (result) => flag(result.get('timedout') ?? null, 'period')),
  // A result that is not of an async task counts as started and finished.
  started: resultTest('started', (result) => !result.has('started') || flag(result, 'started')),
  finished: resultTest('finished', (result) => !result.has('finished') || flag(result, 'finished')),
}
