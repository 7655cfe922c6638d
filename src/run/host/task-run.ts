import { failureResult, type TaskResult } from '../../modules/task-result.ts'
import { createEngine } from '../../template/engine.ts'
import type { Dict, Key, Value } from '../../values/value.ts'
import { NotYetThere } from '../batch/progress.ts'
import { type EvaluatedItem, type EvaluatedTask, evaluateTask } from './evaluation/evaluate.ts'
import { afterItem, loopVariablesOf } from './evaluation/loop.ts'
import {
  isUnreachable,
  lastPrinted,
  registered,
  registeredLoop,
  secretTexts,
  skippedResult,
  statusOf,
} from './evaluation/registered.ts'
import type { Inclusion, Step } from './flow/steps.ts'
import type { HostOutcome } from './host-report.ts'
import type { Outlook } from './item-run.ts'
import { runOrReplay } from './replay/run-or-replay.ts'
import type { HostSession } from './session.ts'

interface ItemDone {
  readonly result: TaskResult
  /** Loop variables. */
  readonly extra: Dict
  readonly inclusion?: Inclusion | undefined
  /** An earlier run did it, and told it. */
  readonly replayed?: boolean
}

interface Where {
  readonly handler: boolean
  readonly started: number
}

/**
 * One task at its turn: evaluated, its items one after the other, each with what is true then; its result for register,
 * notify and the counters. Gives what it includes.
 * @throws HostStopped when the host takes no further part
 */
export async function runTask(
  session: HostSession,
  { task, handler }: Step,
  outlook: Outlook,
): Promise<readonly Inclusion[]> {
  const { report } = session
  const where = { handler, started: performance.now() }
  const evaluated = await session.evaluating(() => evaluateTask(session.standpoint, task))
  session.checkStop(evaluated.name)
  const done = await runItems(session, evaluated, where, outlook)

  const asLoop = evaluated.values !== null && evaluated.failure === undefined && evaluated.skip === undefined
  const first = done[0]?.result ?? skippedResult(null)
  const dict = asLoop ? registeredLoop(done) : registered(first)
  const result = asLoop ? summary(done, dict) : first
  if (task.register !== undefined) register(session, evaluated, dict)

  const ignored =
    result.failed && !result.unknown && (isUnreachable(first) || (await isIgnored(session, evaluated)))
  const status = statusOf(result, ignored)
  const replayed = done.length > 0 && done.every((item) => item.replayed)
  if (!replayed) report.task(evaluated, { status, result, registered: dict }, where)
  if (result.failed && !result.unknown && !replayed)
    session.replay.settled(ignored ? 'ignored' : session.isRescued ? 'rescued' : 'failed')
  const inclusions = done.flatMap(({ inclusion }) => inclusion ?? [])
  if (status === 'ok' && task.include !== undefined) report.countIncluded(inclusions.length)
  else report.count(status, result.changed, session.isRescued)
  if (task.role !== undefined && !result.skipped) session.roles.worked(task.role)
  if (result.changed && !result.failed) await notify(session, evaluated)
  if (!result.failed || ignored) return inclusions
  return fail(session, evaluated, { result, dict, done, asLoop })
}

/** Wakes handlers. A name that none has ends it for the host, whatever blocks there are. */
async function notify(session: HostSession, { name, task, scope, home }: EvaluatedTask): Promise<void> {
  const { notifications, play, report } = session
  const names = await session.evaluating((): readonly unknown[] => {
    const engine = createEngine(scope, home)
    return (task.notify ?? []).flatMap((each): unknown => engine.resolve(each))
  })
  const [unknown] = notifications.notify(names.filter((each) => typeof each === 'string'))
  if (unknown === undefined || !play.flushes) return
  report.leave({
    status: 'failed',
    task: name,
    message: `The requested handler '${unknown}' was not found in either the main handlers list nor in the listening handlers list`,
    hint: 'notify a handler by its name, or by a topic that it listens to',
  })
}

async function runItems(
  session: HostSession,
  evaluated: EvaluatedTask,
  where: Where,
  outlook: Outlook,
): Promise<ItemDone[]> {
  const { task, values, failure, skip } = evaluated
  if (failure !== undefined) return [{ result: failureResult(failure), extra: new Map() }]
  if (skip !== undefined) return [{ result: skippedResult(skip), extra: new Map() }]
  if (values === null) {
    const { item, ...ran } = await runOrReplay(session, evaluated, undefined, 0, outlook)
    keepFacts(session, evaluated, item, ran.result)
    return [{ ...ran, extra: new Map() }]
  }
  const done: ItemDone[] = []
  for (const [index, value] of values.entries()) {
    if (index > 0 && evaluated.loop.pause > 0 && done.at(-1)?.replayed !== true)
      await session.pause(evaluated.loop.pause)
    if (index > 0) session.checkStop(evaluated.name)
    const variables = loopVariablesOf(task, evaluated.loop, values, index)
    const own = { variables, value }
    const turn = await runOrReplay(session, evaluated, own, index, outlook)
    const { item, result: ran, inclusion, replayed } = turn
    keepFacts(session, evaluated, item, ran)
    // The items after it see its result, and the whole loop's takes its place when all are done.
    if (task.register !== undefined) register(session, evaluated, new Map([...registered(ran), ...variables]))
    const engine = createEngine(item.scope, evaluated.home)
    const { result, label, ends } = await session.evaluating(() =>
      afterItem(engine, task, value, item.label, ran),
    )
    done.push({ result, extra: variables, inclusion, replayed })
    if (!replayed) tellItem(session, evaluated, result, variables, { ...where, label })
    // What was begun and whose end nobody saw: nothing may follow.
    if (ends || result.unknown) break
  }
  return done
}

function tellItem(
  { report }: HostSession,
  evaluated: EvaluatedTask,
  result: TaskResult,
  variables: Dict,
  where: Where & { readonly label: string },
): void {
  const dict: Dict = new Map([...registered(result), ...variables])
  report.task(evaluated, { status: statusOf(result, false), result, registered: dict }, where)
}

function keepFacts(
  session: HostSession,
  { module, task }: EvaluatedTask,
  { target }: EvaluatedItem,
  result: TaskResult,
): void {
  if (result.failed) return
  const { position } = session
  const delegated = task.delegateFacts === true ? session.linkFor(target)?.state : undefined
  const host = delegated ?? session.host
  const kept = module.factsAreIncluded === true ? host.included : host.facts
  for (const [name, value] of result.facts) kept.set(name, value, position)
  for (const [name, value] of result.gathered ?? []) host.gathered.set(name, value, position)
}

function register({ host, position }: HostSession, { task, noLog }: EvaluatedTask, dict: Dict): void {
  host.facts.set(task.register as string, noLog ? secretTexts(dict) : dict, position)
}

async function isIgnored(session: HostSession, { task, scope, home }: EvaluatedTask): Promise<boolean> {
  const { ignoreErrors } = task
  if (ignoreErrors === undefined || typeof ignoreErrors === 'boolean') return ignoreErrors === true
  return session.evaluating(() => {
    try {
      return createEngine(scope, home).resolve(ignoreErrors as Value) === true
    } catch (error) {
      if (error instanceof NotYetThere) throw error
      // It cannot be told that the failure is to be ignored, so it is not (Ansible lets this error ignore itself).
      return false
    }
  })
}

/** What is known of a task that failed, as its items ended. */
interface Failed {
  readonly result: TaskResult
  readonly dict: Dict
  readonly done: readonly ItemDone[]
  readonly asLoop: boolean
}

/** @throws TaskFailed, or HostStopped where nobody knows what was done */
function fail(session: HostSession, evaluated: EvaluatedTask, { result, dict, done, asLoop }: Failed): never {
  const { host, position, report, run } = session
  const { name, noLog } = evaluated
  const failed = done.filter(({ result: each }) => each.failed)
  const cause = failed[0]?.result
  const message = cause?.message ?? 'failed'
  const outcome: HostOutcome = {
    status: result.unknown ? 'unknown' : 'failed',
    task: name,
    message: noLog
      ? 'the task failed; its message is hidden by no_log'
      : asLoop
        ? `${failed.length} of ${done.length} items failed: ${message}`
        : message,
    hint: noLog ? undefined : cause?.hint,
    printed: noLog || cause === undefined ? undefined : lastPrinted(cause, (text) => run.masker.mask(text)),
  }
  // What was begun and whose end nobody saw is no failure that could be made up for.
  if (result.unknown) return report.leaveAfterTask(outcome)
  if (session.isRescued) {
    host.facts.set('ansible_failed_task', failedTask(evaluated), position)
    host.facts.set('ansible_failed_result', noLog ? secretTexts(dict) : dict, position)
  }
  throw session.failed(outcome)
}

/** `ansible_failed_task`, as far as playbooks read it. */
function failedTask({ ownName, task }: EvaluatedTask): Dict {
  return new Map<Key, Value>([
    ['name', ownName],
    ['action', task.module],
    ['args', new Map<Key, Value>(task.args)],
    ['tags', [...task.tags]],
  ])
}

/** A loop as one result. */
function summary(items: readonly ItemDone[], dict: Dict): TaskResult {
  return {
    changed: dict.get('changed') === true,
    failed: dict.get('failed') === true,
    skipped: dict.get('skipped') === true,
    unknown: items.some(({ result }) => result.unknown),
    message: undefined,
    hint: undefined,
    values: new Map(),
    diff: [],
    facts: new Map(),
  }
}
