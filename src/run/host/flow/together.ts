import { createEngine } from '../../../template/engine.ts'
import type { Value } from '../../../values/value.ts'
import { forTask } from '../../scope/play-homes.ts'
import { scopeFor } from '../../scope/variables.ts'
import { evaluationFailure } from '../evaluation/evaluation-failure.ts'
import { truth } from '../evaluation/task-keywords.ts'
import { HostStopped, TaskFailed } from '../host-report.ts'
import type { HostSession } from '../session.ts'
import type { Inclusion, Step } from './steps.ts'

type Work = () => Promise<readonly Inclusion[]>

/**
 * A task as the batch does it: by one host for all, on another host, by so many at a time, or so that its failure is that of
 * all. Where none of that is asked for, the host does it by itself.
 * @throws TaskFailed also for the failure of another host
 */
export async function runTogether(
  session: HostSession,
  step: Step,
  work: Work,
): Promise<readonly Inclusion[]> {
  const { task } = step
  const { batch, run } = session
  const asked = (keyword: string, value: Value | undefined) => isTrue(session, step, keyword, value)
  const isFree = run.progress.isFree
  const isOnce = await asked('run_once', task.runOnce)
  if (!isFree && (isOnce || task.changesInventory === 'once')) return forAll(session, step, work, isOnce)
  const isDelegated = task.delegateTo !== undefined
  const isFatal = task.ignoreErrors !== true && (await asked('any_errors_fatal', task.anyErrorsFatal))
  const meets = isDelegated || isFatal || task.changesInventory !== undefined
  if (isFree || batch.hosts.length === 1 || !meets) {
    const inclusions = await throttled(session, step, work)
    if (task.changesInventory !== undefined) run.fleet.commit(batch.hosts)
    return inclusions
  }
  if (isDelegated || task.changesInventory !== undefined) await untilAllAreHere(session, step)
  try {
    const inclusions = await throttled(session, step, work)
    const members = await session.waiting(() =>
      batch.meet(step.turn, { host: session.host.name, failed: false }),
    )
    const lost = members.filter(({ failed }) => failed).map(({ host }) => host)
    if (task.changesInventory !== undefined) run.fleet.commit(batch.hosts)
    if (isFatal && lost.length > 0) throw stoppedBy(session, step, lost)
    return inclusions
  } catch (error) {
    if (error instanceof TaskFailed || error instanceof HostStopped)
      void batch.meet(step.turn, { host: session.host.name, failed: true })
    throw error
  }
}

/**
 * Waits for the batch before a delegated task: what tasks before have done on that other host is there, whoever did it, and
 * what is done now is there for later ones.
 */
async function untilAllAreHere(session: HostSession, { turn }: Step): Promise<void> {
  const { run, batch } = session
  await session.evaluating(() => run.progress.require(batch.hosts, turn))
}

/** The first host of the batch that comes there does it; the others get what it has set where it `shares` that. */
async function forAll(
  session: HostSession,
  step: Step,
  work: Work,
  shares: boolean,
): Promise<readonly Inclusion[]> {
  const { batch, host, position } = session
  if (await session.isFirstHere()) {
    try {
      const { delegateTo, changesInventory } = step.task
      if (delegateTo !== undefined || changesInventory !== undefined) await untilAllAreHere(session, step)
      session.replay.isForAll = true
      const inclusions = await throttled(session, step, work)
      if (changesInventory !== undefined) session.run.fleet.commit(batch.hosts)
      batch.decide(step.turn, {
        by: host.name,
        facts: shares ? host.facts.setAt(position) : new Map(),
        included: shares ? host.included.setAt(position) : new Map(),
      })
      return inclusions
    } finally {
      session.replay.isForAll = false
      // After a failure nobody else goes on; once decided, this decides nothing any more.
      batch.decide(step.turn, undefined)
    }
  }
  const done = await session.waiting(() => batch.decision<Done | undefined>(step.turn))
  if (done === undefined) throw stoppedBy(session, step, ['the host that does it for all'])
  for (const [name, value] of done.facts) host.facts.set(name, value, position)
  for (const [name, value] of done.included) host.included.set(name, value, position)
  return []
}

/** What a task has set that one host did for all. */
interface Done {
  readonly by: string
  readonly facts: ReadonlyMap<string, Value>
  readonly included: ReadonlyMap<string, Value>
}

function stoppedBy(session: HostSession, { task }: Step, hosts: readonly string[]): TaskFailed {
  const name = typeof task.name === 'string' ? task.name : task.module
  return session.failed({
    status: 'cancelled',
    task: name,
    message: `stopped, since '${name}' failed on ${hosts.join(', ')}`,
  })
}

async function throttled(session: HostSession, step: Step, work: Work): Promise<readonly Inclusion[]> {
  const width = await numberOf(session, step)
  if (width === 0) return work()
  const limit = session.batch.throttle(step.turn, width)
  const release = await session.waiting(() => limit.take())
  try {
    return await work()
  } finally {
    release()
  }
}

async function numberOf(session: HostSession, step: Step): Promise<number> {
  const { throttle } = step.task
  if (throttle === undefined) return 0
  const value = typeof throttle === 'number' ? throttle : Number(await evaluated(session, step, throttle))
  return Number.isSafeInteger(value) && value > 0 ? value : 0
}

async function isTrue(
  session: HostSession,
  step: Step,
  keyword: string,
  value: Value | undefined,
): Promise<boolean> {
  if (value === undefined || typeof value === 'boolean') return value === true
  try {
    return await session.evaluating(() => truth(engineFor(session, step), value, keyword))
  } catch (error) {
    const failure = evaluationFailure(error)
    session.report.count('failed', false, session.isRescued)
    throw session.failed({
      status: 'failed',
      task: step.task.module,
      message: `${keyword}: ${failure.message}`,
      hint: failure.hint,
    })
  }
}

function evaluated(session: HostSession, step: Step, value: Value) {
  return session.evaluating(() => engineFor(session, step).resolve(value))
}

function engineFor({ run, host, play, position }: HostSession, { task, params }: Step) {
  const here = forTask(run, task)
  return createEngine(scopeFor(here, host, play.variables, { position }, { task, params }), here.home)
}
