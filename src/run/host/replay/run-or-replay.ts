import { failureResult, type TaskResult } from '../../../modules/task-result.ts'
import { createEngine } from '../../../template/engine.ts'
import { InputError } from '../../../values/problem.ts'
import type { Dict, Key, Value } from '../../../values/value.ts'
import type { DoneStep } from '../../resume/step-entry.ts'
import { forTask } from '../../scope/play-homes.ts'
import { settingReader } from '../../scope/variables.ts'
import {
  type EvaluatedItem,
  type EvaluatedTask,
  evaluateItem,
  type Standpoint,
} from '../evaluation/evaluate.ts'
import { evaluationFailure } from '../evaluation/evaluation-failure.ts'
import { moduleContext } from '../evaluation/module-context.ts'
import { targetOf } from '../evaluation/target.ts'
import { type Inclusion, includeArguments } from '../flow/steps.ts'
import { type Outlook, runItem } from '../item-run.ts'
import type { HostSession } from '../session.ts'
import { repeatable } from './unknown.ts'

/** One item, done or taken from the record of an earlier run. An include changes nothing, and what changes the inventory
 * changes no host: they are done again. */
export async function runOrReplay(
  session: HostSession,
  evaluated: EvaluatedTask,
  own: { readonly variables: Dict; readonly value: Value } | undefined,
  index: number,
  outlook: Outlook,
): Promise<{
  readonly item: EvaluatedItem
  readonly result: TaskResult
  readonly inclusion?: Inclusion
  readonly replayed: boolean
}> {
  const { replay, standpoint } = session
  const { include, changesInventory } = evaluated.task
  const isAlwaysDone = include !== undefined || changesInventory !== undefined
  const found = isAlwaysDone ? undefined : replay.find(index, evaluated.name)
  const before = found !== undefined && 'done' in found ? found.done : undefined
  if (before !== undefined) checkSame(session, evaluated, before)
  if (before !== undefined && (!before.lost || before.result.failed)) {
    const item = await session.evaluating(() => replayedItem(standpoint, evaluated, own))
    return { item, result: before.result, replayed: true }
  }
  const item = await session.evaluating(() => evaluateItem(session.standpoint, evaluated, own))
  if (before?.result.changed === true) readAgain(session, evaluated, item)
  const ran = await runOrInclude(session, evaluated, item, outlook)
  if (!isAlwaysDone) await replay.done(evaluated, ran.result)
  return { item, ...ran, replayed: before !== undefined }
}

/** What is on record must be of this task: a playbook may have been changed since. */
function checkSame({ report, run }: HostSession, { name }: EvaluatedTask, before: DoneStep): void {
  if (before.task === run.masker.mask(name)) return
  report.leave({
    status: 'failed',
    task: name,
    message: `the earlier run had done '${before.task}' at this place: the playbook has changed before the step at which the host goes on`,
    hint: 'take the change back, or begin anew with muster apply',
  })
}

/** Its result is read by later tasks, and held what no record keeps: it has to be had again. */
function readAgain(session: HostSession, evaluated: EvaluatedTask, item: EvaluatedItem): void {
  if (item.skip !== undefined || item.failure !== undefined || repeatable(evaluated, item)) {
    session.replay.markBegun()
    return
  }
  session.report.leave({
    status: 'failed',
    task: evaluated.name,
    message:
      'it was done, and later tasks read its result, which held a secret (or more than 256 KiB) that no record keeps',
    hint: 'begin anew with muster apply; a task with creates: can be looked at again',
  })
}

/** One item; of an include what it reads too. */
async function runOrInclude(
  session: HostSession,
  evaluated: EvaluatedTask,
  item: EvaluatedItem,
  outlook: Outlook,
): Promise<{ readonly result: TaskResult; readonly inclusion?: Inclusion }> {
  const delegate = session.linkFor(item.target)
  // One task at a time works on a host that others are delegated to.
  const release = await delegate?.turns.take()
  const result = await runItem(session, evaluated, item, outlook).finally(() => release?.())
  const { include } = evaluated.task
  if (include === undefined || result.failed || result.skipped) return { result }
  try {
    const included = await include.load(includeArguments(item.params))
    session.run.masker.learnAll([included])
    return { result, inclusion: { included, loopVariables: item.loopVariables } }
  } catch (error) {
    if (error instanceof InputError) return { result: failureResult(evaluationFailure(error)) }
    throw error
  }
}

/** An item that an earlier run has done: only where it belongs is evaluated. */
function replayedItem(
  { run: whole, host, play }: Standpoint,
  evaluated: EvaluatedTask,
  item: { readonly variables: Dict; readonly value: Value } | undefined,
): EvaluatedItem {
  const { task } = evaluated
  const run = forTask(whole, task)
  const loopVariables = item?.variables ?? new Map<Key, Value>()
  const scope =
    item === undefined ? evaluated.scope : evaluated.scope.under((name) => loopVariables.get(name))
  const engine = createEngine(scope, run.home)
  return {
    ...{ scope, loopVariables, params: undefined, probes: {}, label: '', check: false },
    identity: { become: undefined, environment: [] },
    context: moduleContext(run, host, scope, engine, { check: false, diff: false }),
    ...(task.delegateFacts === true
      ? { target: targetOf(engine, task, host.name, (name) => settingReader(run, run.hostState(name), play)) }
      : {}),
  }
}
