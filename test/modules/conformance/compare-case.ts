import { isDeepStrictEqual } from 'node:util'
import type { Diff } from '../../../src/modules/module.ts'
import type { Value } from '../../../src/values/value.ts'
import { type Json, type ModuleCase, toJson } from './case.ts'
import type { Ran } from './run-module.ts'

/** The parts of a recorded case, in which muster may agree or differ. */
export type Part =
  | 'check'
  | 'run'
  | 'msg'
  | 'keys'
  | 'prints'
  | 'diff'
  | 'diff_check'
  | 'again'
  | 'prints_again'

/** A part in which muster's answer is not Ansible's. */
export interface Difference {
  readonly part: Part
  readonly wanted: unknown
  readonly got: unknown
}

/** All that was done with a case. */
export interface CaseRun {
  readonly check: Ran
  readonly run: Ran
  readonly again: Ran
  readonly prints: string
  readonly printsAgain: string
}

/** Compares everything that a case records. */
export function compareCase(recorded: ModuleCase, runs: CaseRun): Difference[] {
  const found: Difference[] = []
  const same = (part: Part, wanted: unknown, got: unknown) => {
    if (!isDeepStrictEqual(wanted, got)) found.push({ part, wanted, got })
  }
  const { check, run, again } = runs
  same('check', recorded.check, flags(check))
  same('run', { skipped: false, changed: recorded.run.changed, failed: recorded.run.failed }, flags(run))
  const { msg } = recorded.run
  if (msg !== null && !(run.msg ?? '').includes(msg)) found.push({ part: 'msg', wanted: msg, got: run.msg })
  const names = Object.keys(recorded.run.keys)
  same('keys', recorded.run.keys, onlyRecorded(recorded, pick(run.result, names)))
  same('prints', recorded.prints, runs.prints)
  const failsAgain = recorded.again.failed ?? recorded.run.failed
  same(
    'again',
    { changed: recorded.again.changed, failed: failsAgain },
    { changed: again.changed, failed: again.failed },
  )
  same('prints_again', recorded.prints_again ?? recorded.prints, runs.printsAgain)
  // A failed task shows no diff in muster: nothing came of it.
  if (!run.failed) diffSame('diff', recorded.diff, run.diff)
  if (!check.failed)
    diffSame(
      'diff_check',
      recorded.diff_check === undefined ? recorded.diff : recorded.diff_check,
      check.diff,
    )
  return found

  function diffSame(part: Part, wanted: readonly Json[] | null, got: readonly Diff[]): void {
    const shown =
      got.length === 0
        ? null
        : got.map(({ before, after }) => ({ before: toJson(before), after: toJson(after) }))
    // The text of a tool is compared by being there: muster shows what changes, not what apt prints.
    if (wanted?.some((one) => one !== null && typeof one === 'object' && 'prepared' in one))
      same(part, true, shown !== null)
    else same(part, wanted, shown)
  }
}

function flags(ran: Ran) {
  return { changed: ran.changed, failed: ran.failed, skipped: ran.skipped }
}

function pick(result: Readonly<Record<string, Value>>, names: readonly string[]): Record<string, Json> {
  return Object.fromEntries(names.flatMap((name) => (name in result ? [[name, toJson(result[name]!)]] : [])))
}

/** Of `stat` the recorder kept what does not depend on the time and the file system. */
function onlyRecorded(recorded: ModuleCase, got: Record<string, Json>): Record<string, Json> {
  const wanted = recorded.run.keys['stat']
  const found = got['stat']
  if (!isObject(wanted) || !isObject(found)) return got
  return { ...got, stat: Object.fromEntries(Object.entries(found).filter(([name]) => name in wanted)) }
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
