import { ConnectionError, type Step } from '../../connection/connection.ts'
import { ModuleFailure } from '../../modules/module.ts'
import type { Task } from '../../playbook/playbook.ts'
import { createEngine } from '../../template/engine.ts'
import { InputError } from '../../values/problem.ts'
import type { Dict, Value } from '../../values/value.ts'
import type { BatchControl, Looked } from '../batch/batch-control.ts'
import type { HostState, RunState } from '../run-state.ts'
import { type PlayVariables, scopeFor } from '../scope/variables.ts'
import { drive } from './drive.ts'
import { forget, HostLink, needsReading } from './host-link.ts'
import { HostReport, HostStopped } from './host-report.ts'
import { Notifications } from './notifications.ts'
import { pause } from './pause.ts'
import { evaluationFailure, type PreparedItem, type PreparedTask, shortly } from './prepare.ts'
import { applyResultConditions, type EngineWith, retryPlan } from './result-conditions.ts'
import { collectStage, type Stage } from './stage.ts'
import {
  failureResult,
  lastPrinted,
  registered,
  registeredLoop,
  secretTexts,
  skippedResult,
  statusOf,
  type TaskResult,
} from './task-result.ts'

/** The tasks of a play as they are run on a host. */
export interface PlayTasks {
  readonly variables: PlayVariables
  /** pre_tasks, tasks, post_tasks. */
  readonly sections: readonly (readonly Task[])[]
  readonly handlers: readonly Task[]
}

interface ItemDone {
  readonly result: TaskResult
  readonly extra: Dict
}

/**
 * One host through one play: look at as many steps as can be known, in one request; converge the first that differs
 * and look again at those after it in the same request; then the notified handlers (DESIGN.md, The converge loop).
 */
export class HostRun {
  readonly #run: RunState
  readonly #host: HostState
  readonly #play: PlayTasks
  readonly #batch: BatchControl
  readonly #link: HostLink
  readonly #report: HostReport
  readonly #notifications: Notifications
  #freePlace: (() => void) | undefined
  #lookedWithBatch = false

  constructor(run: RunState, host: HostState, play: PlayTasks, batch: BatchControl) {
    this.#run = run
    this.#host = host
    this.#play = play
    this.#batch = batch
    this.#report = new HostReport(run, host, play.variables.name)
    this.#link = new HostLink(run, host, play.variables, (phase) => this.#report.phase(phase))
    this.#notifications = new Notifications(play.handlers)
  }

  /** Never throws for what a host or a task does: that is in the host's state and the events. */
  async run(): Promise<void> {
    this.#freePlace = await this.#batch.slots.take()
    try {
      // A handler that a later handler notified runs at the next flush, which there is also after an empty section.
      for (const tasks of this.#play.sections) {
        await this.#runTasks(() => tasks, false)
        await this.#flush()
      }
    } catch (error) {
      if (!(error instanceof HostStopped)) throw error
      if (this.#host.gone !== 'cancelled') this.#batch.lost(this.#host.name)
    } finally {
      this.#batch.left(this.#host.name)
      this.#freePlace?.()
      this.#freePlace = undefined
      this.#report.phase('done')
    }
  }

  async #flush(): Promise<void> {
    this.#notifications.begin()
    await this.#runTasks(() => this.#notifications.due(), true)
  }

  /**
   * Runs tasks in order, stage by stage. For handlers the tasks that are due are asked for anew when a handler changed
   * something, since it may have notified one further down.
   */
  async #runTasks(tasksDue: () => readonly Task[], handlers: boolean): Promise<void> {
    let done = 0
    for (;;) {
      const tasks = handlers ? tasksDue() : tasksDue().slice(done)
      if (tasks.length === 0) return
      this.#checkStop(undefined)
      const stage = await this.#collect(tasks)
      if (this.#batch.gathers && !this.#lookedWithBatch) await this.#lookWithBatch(stage)
      for (const prepared of stage.tasks) {
        this.#checkStop(prepared.name)
        const changed = await this.#do(prepared, stage, handlers)
        done += 1
        if (!handlers) continue
        this.#notifications.done(prepared.task)
        if (changed && prepared.task.notify.length > 0) break
      }
    }
  }

  async #collect(tasks: readonly Task[]): Promise<Stage> {
    const stage = await collectStage(this.#run, this.#host, this.#play.variables, tasks)
    await this.#read(stage, stage.items)
    return stage
  }

  async #read(stage: Stage, items: readonly PreparedItem[]): Promise<void> {
    try {
      await this.#link.read(items)
    } catch (error) {
      const first = items.find(needsReading)
      const prepared = stage.tasks.find((task) => first !== undefined && task.items.includes(first))
      this.#notReached(error, prepared?.name)
    }
  }

  /** Waits until the whole batch has read its state, and learns whether it may go on: nothing was touched so far. */
  async #lookWithBatch(stage: Stage): Promise<void> {
    this.#lookedWithBatch = true
    const members: Looked[] = []
    for (const { task, items } of stage.tasks) {
      const item = items[0]
      if (!this.#batch.isGathering(task) || item?.observation === undefined || item.output === undefined)
        continue
      try {
        const state = item.observation.parse(item.output)
        members.push({ host: this.#host.name, task: task.id, params: item.params as never, state })
      } catch (error) {
        // What cannot be read fails at its own turn.
        if (!(error instanceof ModuleFailure)) throw error
      }
    }
    this.#obey(await this.#waiting(() => this.#batch.looked(this.#host.name, members)), undefined)
  }

  /** A refusal stops the whole batch: offenders fail, the others are cancelled. */
  #obey(refused: ReadonlyMap<string, ModuleFailure>, task: string | undefined): void {
    const [first] = refused
    if (first === undefined) return
    const own = refused.get(this.#host.name)
    if (own !== undefined)
      this.#report.leave({ status: 'failed', task, message: own.message, hint: own.hint })
    const [offender, failure] = first
    const message = `nothing was done: ${offender} of the same batch was refused: ${failure.message}`
    this.#report.leave({ status: 'cancelled', task, message, hint: failure.hint })
  }

  /** Gives the place at work to another host while this one waits. */
  async #waiting<T>(wait: () => Promise<T>): Promise<T> {
    this.#report.phase('wait')
    this.#freePlace?.()
    this.#freePlace = undefined
    try {
      return await wait()
    } finally {
      this.#freePlace = await this.#batch.slots.take()
    }
  }

  /** One task: its items one after the other, then its result for register, notify and the counters. Gives whether it changed. */
  async #do(prepared: PreparedTask, stage: Stage, handler: boolean): Promise<boolean> {
    const { task } = prepared
    const where = { handler, started: performance.now() }
    const done = await this.#doItems(prepared, stage, where)
    if (this.#batch.isGathering(task)) this.#batch.pass(task, this.#host.name)

    const asLoop = prepared.looped && prepared.failure === undefined && prepared.skip === undefined
    const first = done[0]?.result ?? skippedResult(null)
    const dict = asLoop ? registeredLoop(done) : registered(first)
    const result = asLoop ? summary(done, dict) : first
    for (const { result: each } of done)
      if (!each.failed) for (const [name, value] of each.facts) this.#host.facts.set(name, value)
    if (task.register !== undefined)
      this.#host.facts.set(task.register, prepared.noLog ? secretTexts(dict) : dict)

    const ignored = result.failed && !result.unknown && this.#isTrue(prepared, task.ignoreErrors)
    const status = statusOf(result, ignored)
    this.#report.task(prepared, { status, result, registered: dict }, where)
    this.#report.count(status, result.changed)
    if (result.changed && !result.failed) this.#notifications.notify(task)
    if (!result.failed || ignored) return result.changed
    const failed = done.filter(({ result: each }) => each.failed)
    const cause = failed[0]?.result
    const message = cause?.message ?? 'failed'
    return this.#report.leaveAfterTask({
      status: result.unknown ? 'unknown' : 'failed',
      task: prepared.name,
      message: prepared.noLog
        ? 'the task failed; its message is hidden by no_log'
        : asLoop
          ? `${failed.length} of ${done.length} items failed: ${message}`
          : message,
      hint: prepared.noLog ? undefined : cause?.hint,
      printed: prepared.noLog || cause === undefined ? undefined : lastPrinted(cause),
    })
  }

  async #doItems(
    prepared: PreparedTask,
    stage: Stage,
    where: { readonly handler: boolean; readonly started: number },
  ): Promise<ItemDone[]> {
    if (prepared.failure !== undefined) return [{ result: failureResult(prepared.failure), extra: new Map() }]
    if (prepared.skip !== undefined) return [{ result: skippedResult(prepared.skip), extra: new Map() }]
    const done: ItemDone[] = []
    for (const item of prepared.items) {
      const result = await this.#doItem(prepared, item, stage)
      const extra: Dict = new Map(item.loopVariables)
      done.push({ result, extra })
      if (!prepared.looped) continue
      const dict: Dict = new Map([...registered(result), ...extra])
      const told = { status: statusOf(result, false), result, registered: dict }
      this.#report.task(prepared, told, { ...where, label: item.label ?? '' })
    }
    return done
  }

  #isTrue(prepared: PreparedTask, value: Value | undefined): boolean {
    if (value === undefined || typeof value === 'boolean') return value === true
    const names = { known: new Map<string, Value>(), pending: new Set<string>() }
    const scope = scopeFor(this.#run, this.#host, this.#play.variables, names, prepared.task)
    try {
      return createEngine(scope, this.#run.home).resolve(value) === true
    } catch {
      // It cannot be told that the failure is to be ignored, so it is not (Ansible lets this error ignore itself).
      return false
    }
  }

  async #doItem(prepared: PreparedTask, item: PreparedItem, stage: Stage): Promise<TaskResult> {
    if (item.failure !== undefined) return failureResult(item.failure)
    if (item.skip !== undefined) return skippedResult(item.skip)
    const { task } = prepared
    const engine: EngineWith = (own) => createEngine(item.scope.under(own), this.#run.home)
    try {
      const plan = retryPlan(engine, task)
      for (let attempt = 1; ; attempt += 1) {
        const raw = await this.#attempt(prepared, item, stage)
        const result = applyResultConditions(engine, task, plan?.count(raw, attempt) ?? raw)
        if (plan === undefined) return result
        const verdict = plan.judge(result, attempt)
        if (verdict.done) return verdict.result
        this.#report.retry(prepared.name, attempt, plan.attempts - attempt)
        await this.#waiting(() => pause(plan.delay, this.#run.signal))
        this.#checkStop(prepared.name)
        forget(item)
      }
    } catch (error) {
      if (error instanceof HostStopped) throw error
      if (this.#run.signal.aborted)
        return this.#report.leave({ status: 'cancelled', task: prepared.name, message: 'interrupted' })
      return failureResult(evaluationFailure(error))
    }
  }

  /** Looks (unless already read) and converges once. A connection that dies is made anew once, and the state read again. */
  async #attempt(prepared: PreparedTask, item: PreparedItem, stage: Stage): Promise<TaskResult> {
    let begun = false
    const intend = (says: string): Promise<void> => {
      begun = true
      return this.#run.context.journal({ event: 'change', host: this.#host.name, task: prepared.name, says })
    }
    try {
      return await this.#converge(prepared, item, stage, intend)
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
      const lost = error.reason === 'lost'
      if (error.started && (this.#run.signal.aborted || (lost && item.observation?.script == null)))
        return this.#unknown(prepared, error)
      if (!lost || !this.#link.canRenew) return this.#notReached(error, prepared.name)
      await this.#link.renew()
      for (const each of stage.items) forget(each)
      this.#report.warn(`${error.message}; connecting again and looking at '${prepared.name}' anew`)
      try {
        const result = await this.#converge(prepared, item, stage, intend)
        // What needs no doing any more was done by the connection that was lost: handlers have to know.
        return begun && !result.failed ? { ...result, changed: true } : result
      } catch (again) {
        return this.#notReached(again, prepared.name)
      }
    }
  }

  /** It was sent, and its answer is lost: only looking can tell, and this module cannot look. */
  #unknown(prepared: PreparedTask, error: ConnectionError): TaskResult {
    const failure = new ModuleFailure(`it was started, and the answer was lost: ${error.message}`, {
      hint: `find out on ${this.#host.name} whether '${prepared.name}' was done`,
    })
    return { ...failureResult(failure), unknown: true }
  }

  async #converge(
    prepared: PreparedTask,
    item: PreparedItem,
    stage: Stage,
    intend: (says: string) => Promise<void>,
  ): Promise<TaskResult> {
    const { task, module } = prepared
    const later = stage.items.slice(stage.items.indexOf(item))
    if (needsReading(item)) await this.#read(stage, later)
    let state: unknown
    try {
      state = item.observation?.parse(item.output ?? null)
    } catch (error) {
      if (error instanceof ModuleFailure) return failureResult(error)
      throw error
    }
    let shared: unknown = null
    if (this.#batch.isGathering(task)) {
      const member = { host: this.#host.name, params: item.params as never, state }
      const opened = await this.#waiting(() => this.#batch.arrive(task, member))
      this.#obey(opened.refused, prepared.name)
      shared = opened.shared
    }
    this.#report.phase('converge', prepared.name)
    const timeout = this.#timeout(item, task)
    return drive(module, item, state, shared, timeout, {
      intend,
      run: (action) => {
        const step: Step = {
          script: action.script,
          environment: item.environment,
          ...(action.stdin === undefined ? {} : { stdin: action.stdin }),
          ...(timeout === undefined ? {} : { timeout }),
        }
        return this.#link.act(item.become, step, action.more === true, later.slice(1))
      },
      push: (action) => this.#link.push(item.become, action, item.environment),
      wait: async (work) => {
        const value = await this.#waiting(work)
        this.#report.phase('converge', prepared.name)
        return value
      },
    })
  }

  #timeout(item: PreparedItem, task: Task): number | undefined {
    if (task.timeout === undefined) return undefined
    const seconds = Number(createEngine(item.scope, this.#run.home).resolve(task.timeout))
    if (!Number.isFinite(seconds) || seconds < 0)
      throw new ModuleFailure(`timeout must be a number of seconds, got ${shortly(task.timeout)}`)
    return seconds === 0 ? undefined : seconds
  }

  #checkStop(task: string | undefined): void {
    if (this.#run.signal.aborted) this.#report.leave({ status: 'cancelled', task, message: 'interrupted' })
    const reason = this.#batch.stopReason
    if (reason !== undefined)
      this.#report.leave({ status: 'cancelled', task, message: `the rollout stopped: ${reason}` })
  }

  #notReached(error: unknown, task: string | undefined): never {
    if (error instanceof InputError) this.#report.leave({ status: 'failed', task, message: error.message })
    if (!(error instanceof ConnectionError)) throw error
    if (error.reason === 'cancelled' || this.#run.signal.aborted)
      return this.#report.leave({ status: 'cancelled', task, message: 'interrupted' })
    // A host that lets muster in and not become root was reached: as in Ansible that is a failure.
    const status = error.reason.startsWith('become-') ? 'failed' : 'unreachable'
    return this.#report.leave({ status, task, message: error.message, hint: error.hint })
  }
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
