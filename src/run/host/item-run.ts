import { ConnectionError, type Platform, type Step } from '../../connection/connection.ts'
import { coverResult } from '../../modules/cover-result.ts'
import { execute } from '../../modules/execute.ts'
import type { Module } from '../../modules/module.ts'
import { wrongPlatform } from '../../modules/platform/wrong-platform.ts'
import { failureResult, type TaskResult } from '../../modules/task-result.ts'
import type { AnswersOf, ProbeSet } from '../../probes/probe.ts'
import { createEngine } from '../../template/engine.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { EvaluatedItem, EvaluatedTask } from './evaluation/evaluate.ts'
import { evaluationFailure } from './evaluation/evaluation-failure.ts'
import { limitsOf } from './evaluation/limits.ts'
import { skippedResult } from './evaluation/registered.ts'
import { applyResultConditions, type EngineWith, retryPlan } from './evaluation/result-conditions.ts'
import type { Guess } from './host-link.ts'
import { HostStopped } from './host-report.ts'
import { Job } from './job.ts'
import { reconnecting } from './link/reconnecting.ts'
import { notReached } from './not-reached.ts'
import { repeatable, takenAsDone, unknown, unknownBefore } from './replay/unknown.ts'
import type { HostSession } from './session.ts'

/** What will probably be asked after this item. */
export interface Outlook {
  /** Guessed anew from what is true now. */
  guess(): Promise<readonly Guess[]>
  /** What was guessed last, of the next steps. */
  readonly next: () => readonly Guess[]
}

/** One item (or the task that has no loop): attempts until it is as `until` wants it. */
export async function runItem(
  session: HostSession,
  evaluated: EvaluatedTask,
  item: EvaluatedItem,
  outlook: Outlook,
): Promise<TaskResult> {
  if (item.failure !== undefined) return failureResult(item.failure)
  if (item.skip !== undefined) return skippedResult(item.skip)
  const { task, name } = evaluated
  const engine: EngineWith = (own) => createEngine(item.scope.under(own), evaluated.home)
  try {
    const plan = await session.evaluating(() => retryPlan(engine, task))
    for (let attempt = 1; ; attempt += 1) {
      const raw = coverResult(item.params, await attemptItem(session, evaluated, item, outlook))
      if (raw.values.get('finished') === true)
        session.run.jobs.delete(String(raw.values.get('ansible_job_id')))
      const counted = plan?.count(raw, attempt) ?? raw
      const result = await session.evaluating(() => applyResultConditions(engine, task, counted))
      if (plan === undefined) return result
      const verdict = await session.evaluating(() => plan.judge(result, attempt))
      if (verdict.done) return verdict.result
      session.report.retry(name, attempt, plan.attempts - attempt)
      await session.pause(plan.delay)
      session.checkStop(name)
    }
  } catch (error) {
    if (error instanceof HostStopped) throw error
    if (session.run.signal.aborted)
      return session.report.leave({ status: 'cancelled', task: name, message: 'interrupted' })
    return failureResult(evaluationFailure(error))
  }
}

/** Looks (unless it is known) and converges once. A connection that dies is made anew once, and the state read again. */
async function attemptItem(
  session: HostSession,
  evaluated: EvaluatedTask,
  item: EvaluatedItem,
  outlook: Outlook,
): Promise<TaskResult> {
  const { run, report } = session
  const link = session.linkFor(item.target)?.link ?? session.link
  const { name, noLog } = evaluated
  let begun = session.replay.takeBegun()
  if (begun && !repeatable(evaluated, item)) {
    const answer = run.resumed?.unknown
    if (answer === 'done') return takenAsDone()
    if (answer !== 'again') return unknownBefore(session, evaluated)
    begun = false
  }
  const intend = (says: string): Promise<void> => {
    begun = true
    return session.replay.begin(name, noLog ? 'hidden by no_log' : says)
  }
  // What needs no doing any more was done before its answer was lost: handlers have to know.
  const told = (result: TaskResult) => (begun && !result.failed ? { ...result, changed: true } : result)
  const alreadyBegun = begun
  try {
    const result = await converge(session, evaluated, item, outlook, intend)
    return alreadyBegun ? told(result) : result
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    const lost = error.reason === 'lost'
    if (error.started && (run.signal.aborted || (lost && !repeatable(evaluated, item))))
      return unknown(session, evaluated, error)
    if (!lost || !link.canRenew) return notReached(session, evaluated, item, error)
    await link.renew()
    report.warn(`${error.message}; connecting again and looking at '${name}' anew`)
    try {
      return told(await converge(session, evaluated, item, outlook, intend))
    } catch (again) {
      return notReached(session, evaluated, item, again)
    }
  }
}

const nothing = () => Promise.resolve([])

async function converge(
  session: HostSession,
  evaluated: EvaluatedTask,
  item: EvaluatedItem,
  outlook: Outlook,
  intend: (says: string) => Promise<void>,
): Promise<TaskResult> {
  const { report } = session
  const link = session.linkFor(item.target)?.link ?? session.link
  const { module, name } = evaluated
  const { params, identity } = item
  let answers: AnswersOf<ProbeSet>
  try {
    refusePlatform(module, link.platform)
    answers = await link.ask(identity, item.probes, item.target === undefined ? outlook.guess : nothing)
    refusePlatform(module, link.platform)
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error
    // What the host cannot be asked is said in the words of the module, once it is known what the host is.
    return failureResult(wrongPlatform(module, link.platform) ?? error)
  }
  const shared = await openForBatch(session, evaluated, item, answers)
  report.phase('converge', name)
  const { timeout, job: seconds } = limitsOf(evaluated, item)
  const job = seconds === undefined || item.check ? undefined : new Job(session, evaluated, seconds)
  const context = { ...item.context, shared }
  const doIt = () =>
    execute(
      { module, params, answers, context, timeout },
      {
        intend,
        look: async (probes) => {
          const seen = await link.lookAnew(identity, probes)
          report.phase('converge', name)
          return seen
        },
        run: async (action) => {
          await link.connect()
          refusePlatform(module, link.platform)
          const step: Step = {
            script: action.script,
            environment: identity.environment,
            ...(action.stdin === undefined ? {} : { stdin: action.stdin }),
            ...(action.contained === undefined ? {} : { contained: action.contained }),
            ...(timeout === undefined ? {} : { timeout }),
          }
          const touched = action.touches ?? 'everything'
          if (job !== undefined) return job.start(link, identity, action, step)
          return link.act(identity, step, {
            touched,
            more: action.more === true,
            ahead: item.target === undefined ? outlook.next() : [],
          })
        },
        push: (action) => link.push(identity, action),
        call: (action, signal) => action.call(signal),
        reconnect: async (action, signal) => {
          const seen = await session.waiting(() => reconnecting(link, identity, action.again, signal))
          link.forget('everything')
          report.phase('converge', name)
          return seen
        },
        wait: async (action, signal) => {
          const value = await session.waiting(() => action.call(signal))
          // It may have taken long, and the world moved on.
          link.forget('everything')
          report.phase('converge', name)
          return value
        },
      },
    )
  return session.evaluating(() => (job === undefined ? doIt() : job.instead(link, identity, doIt)))
}

/** A module that cannot be done on the host fails, and says which can. @throws TaskFailure */
function refusePlatform(module: Module, platform: Platform | undefined): void {
  const failure = wrongPlatform(module, platform)
  if (failure !== undefined) throw failure
}

/** What the batch opens once for this task, when all its hosts stand before it; null for other tasks. */
async function openForBatch(
  session: HostSession,
  { module, name }: EvaluatedTask,
  item: EvaluatedItem,
  answers: AnswersOf<ProbeSet>,
): Promise<unknown> {
  const { batch, host } = session
  if (module.batch === undefined) return null
  const member = { host: host.name, params: item.params as never, answers: answers as never }
  const opened = await session.waiting(() => batch.arrive(module, session.position, member))
  obey(session, opened.refused, name)
  return opened.shared
}

/** A refusal stops the whole batch: offenders fail, the others are cancelled. */
export function obey(
  { host, report }: HostSession,
  refused: ReadonlyMap<string, TaskFailure>,
  task: string | undefined,
): void {
  const [first] = refused
  if (first === undefined) return
  const own = refused.get(host.name)
  if (own !== undefined) report.leave({ status: 'failed', task, message: own.message, hint: own.hint })
  const [offender, failure] = first
  const message = `nothing was done: ${offender} of the same batch was refused: ${failure.message}`
  report.leave({ status: 'cancelled', task, message, hint: failure.hint })
}
