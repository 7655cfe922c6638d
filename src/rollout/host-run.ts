import { ConnectionError, type Step } from '../connection/connection.ts'
import { ModuleFailure } from '../modules/module.ts'
import type { Task } from '../playbook/playbook.ts'
import { createEngine } from '../template/engine.ts'
import type { Dict, Key, Value } from '../values/value.ts'
import type { BatchControl, Looked } from './batch-control.ts'
import { drive } from './drive.ts'
import { censored, type Status } from './events.ts'
import { forget, HostLink, needsReading } from './host-link.ts'
import { PendingResult } from './pending.ts'
import { evaluationFailure, type PreparedItem, type PreparedTask, prepareTask, shortly } from './prepare.ts'
import type { HostState, RunState } from './run-state.ts'
import {
  failureResult,
  registered,
  registeredLoop,
  secretTexts,
  skippedResult,
  type TaskResult,
} from './task-result.ts'
import { type PlayVariables, type StageNames, scopeFor } from './variables.ts'
import { applyVerdicts, type EngineWith, retryPlan } from './verdicts.ts'

/** The tasks of a play as they are run on a host. */
export interface PlayTasks {
  readonly variables: PlayVariables
  readonly tasks: readonly Task[]
  readonly handlers: readonly Task[]
}

/** The host takes no further part. */
class HostGone extends Error {}

/** Tasks whose places in the written order and whose states were read in one request. */
interface Stage {
  readonly tasks: PreparedTask[]
  readonly names: StageNames
  /** Everything that can be read, in order; reading continues from any place in it. */
  readonly items: PreparedItem[]
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
  readonly #notified = new Set<string>()
  readonly #refused = new Map<string, ModuleFailure>()
  #release: (() => void) | undefined
  #lookedAtBatch = false

  constructor(run: RunState, host: HostState, play: PlayTasks, batch: BatchControl) {
    this.#run = run
    this.#host = host
    this.#play = play
    this.#batch = batch
    this.#link = new HostLink(run, host, play.variables, (phase) => this.#phase(phase))
  }

  /** Never throws for what a host or a task does: that is in the host's state and the events. */
  async run(): Promise<void> {
    this.#release = await this.#batch.slots.take()
    try {
      await this.#runTasks(this.#play.tasks, false)
      // Ansible flushes after the tasks and once more at the end of the play: a handler that was notified by a
      // later handler runs then.
      await this.#runHandlers()
      await this.#runHandlers()
    } catch (error) {
      if (!(error instanceof HostGone)) throw error
    } finally {
      this.#batch.left(this.#host.name)
      this.#release?.()
      this.#release = undefined
      this.#phase('done')
    }
  }

  async #runHandlers(): Promise<void> {
    const pending = new Set(this.#notified)
    this.#notified.clear()
    if (pending.size === 0) return
    let from = 0
    while (from < this.#play.handlers.length) {
      const due = this.#play.handlers.slice(from).filter((handler) => pending.has(handler.id))
      if (due.length === 0) return
      const done = await this.#runTasks(due, true, () => {
        // A handler further down that was notified just now runs in this same pass.
        let more = false
        for (const id of this.#notified) {
          const at = this.#play.handlers.findIndex((handler) => handler.id === id)
          const last = this.#play.handlers.findIndex((handler) => handler.id === due.at(-1)?.id)
          if (at > last && !pending.has(id)) more = true
        }
        return more
      })
      const last = due[done - 1]
      from = this.#play.handlers.findIndex((handler) => handler.id === last?.id) + 1
      for (const id of [...this.#notified]) {
        const at = this.#play.handlers.findIndex((handler) => handler.id === id)
        if (at >= from) {
          pending.add(id)
          this.#notified.delete(id)
        }
      }
    }
  }

  /** Runs tasks in order; `interrupt` may end it early after a task. Gives the number of tasks done. */
  async #runTasks(tasks: readonly Task[], handlers: boolean, interrupt?: () => boolean): Promise<number> {
    let index = 0
    while (index < tasks.length) {
      const stage = await this.#collect(tasks.slice(index))
      if (this.#batch.gathers && !this.#lookedAtBatch) await this.#lookTogether(stage)
      for (const prepared of stage.tasks) {
        this.#checkStop(prepared.name)
        await this.#do(prepared, stage, handlers)
        index += 1
        if (interrupt?.() === true) return index
      }
    }
    return index
  }

  /** Prepares tasks until one needs a result of this stage, and reads the state of all of them. */
  async #collect(tasks: readonly Task[]): Promise<Stage> {
    const stage: Stage = { tasks: [], items: [], names: { known: new Map(), pending: new Set() } }
    for (const task of tasks) {
      let prepared: PreparedTask
      try {
        prepared = await prepareTask(
          { run: this.#run, host: this.#host, play: this.#play.variables, stage: stage.names },
          task,
        )
      } catch (error) {
        if (error instanceof PendingResult && stage.tasks.length > 0) break
        throw error
      }
      stage.tasks.push(prepared)
      stage.items.push(...prepared.items)
      await this.#foresee(prepared, stage.names)
    }
    await this.#read(stage.items)
    return stage
  }

  /** Results that are certain before their turn: of skipped tasks, and of pure modules. */
  async #foresee(prepared: PreparedTask, names: StageNames): Promise<void> {
    const { task, module } = prepared
    const simple = prepared.items.length === 1 && !prepared.looped ? prepared.items[0] : undefined
    const immediate = module.immediate === true && prepared.items.every((item) => item.failure === undefined)
    if (
      immediate &&
      task.until === undefined &&
      prepared.failure === undefined &&
      !prepared.looped &&
      simple?.skip === undefined &&
      simple !== undefined
    ) {
      const result = await this.#evaluateImmediate(prepared, simple)
      for (const [name, value] of result?.facts ?? []) this.#knows(names, name, value)
      if (task.register !== undefined && result !== undefined)
        this.#knows(names, task.register, registered(result))
      return
    }
    const skip = prepared.skip ?? simple?.skip
    if (task.register !== undefined) {
      if (skip !== undefined) this.#knows(names, task.register, registered(skippedResult(skip)))
      else names.pending.add(task.register)
    }
    // What set_fact will set is only known at its turn.
    if (skip === undefined && module.name === 'set_fact')
      for (const name of task.args.keys()) names.pending.add(name)
  }

  #knows(names: StageNames, name: string, value: Value): void {
    names.pending.delete(name)
    names.known.set(name, value)
  }

  async #evaluateImmediate(prepared: PreparedTask, item: PreparedItem): Promise<TaskResult | undefined> {
    try {
      const result = await drive(prepared.module, item, item.observation?.parse(null), null, undefined, {
        run: refuseAction,
        push: refuseAction,
        intend: async () => {},
      })
      return applyVerdicts(this.#engineFor(item), prepared.task, result)
    } catch (error) {
      if (error instanceof PendingResult) throw error
      return failureResult(evaluationFailure(error))
    }
  }

  /** Engines over an item's variables and, above them, its own result. */
  #engineFor(item: PreparedItem): EngineWith {
    return (own) => createEngine(item.scope.under(own), this.#run.home)
  }

  async #read(items: readonly PreparedItem[]): Promise<void> {
    try {
      await this.#link.read(items)
    } catch (error) {
      if (error instanceof ConnectionError) this.#unreachable(error, undefined)
      throw error
    }
  }

  /** Waits until the whole batch has read its state, and learns whether it may go on. */
  async #lookTogether(stage: Stage): Promise<void> {
    this.#lookedAtBatch = true
    const members: Looked[] = []
    for (const { task, items } of stage.tasks) {
      const item = items[0]
      if (!this.#batch.isGathering(task) || item?.observation === undefined || item.output === undefined)
        continue
      try {
        members.push({
          host: this.#host.name,
          task: task.id,
          params: item.params as never,
          state: item.observation.parse(item.output),
        })
      } catch (error) {
        // What cannot be read fails at its own turn.
        if (!(error instanceof ModuleFailure)) throw error
      }
    }
    const refused = await this.#waiting(() => this.#batch.looked(this.#host.name, members))
    for (const [host, failure] of refused) this.#refused.set(host, failure)
    if (refused.size > 0) this.#refuse()
  }

  /** A refusal stops the whole batch: offenders fail, the others are cancelled, nothing was touched. */
  #refuse(): never {
    const own = this.#refused.get(this.#host.name)
    const [offender, failure] = [...this.#refused][0] as [string, ModuleFailure]
    if (own !== undefined) this.#leave('failed', undefined, own.message, own.hint)
    return this.#leave(
      'cancelled',
      undefined,
      `not touched: ${offender} of the same batch was refused: ${failure.message}`,
      failure.hint,
    )
  }

  async #waiting<T>(wait: () => Promise<T>): Promise<T> {
    this.#phase('wait')
    this.#release?.()
    this.#release = undefined
    try {
      return await wait()
    } finally {
      this.#release = await this.#batch.slots.take()
    }
  }

  /** One task: its items one after the other, then its result for register, notify and the counters. */
  async #do(prepared: PreparedTask, stage: Stage, handler: boolean): Promise<void> {
    const { task } = prepared
    const started = performance.now()
    const done: { result: TaskResult; extra: Dict }[] = []
    const event = (status: Status, result: TaskResult, dict: Dict, label?: string) =>
      this.#run.emit({
        type: 'task',
        play: this.#play.variables.name,
        host: this.#host.name,
        task: prepared.name,
        module: prepared.module.name,
        handler,
        status,
        ...(label === undefined ? {} : { item: label }),
        message: prepared.noLog && result.message !== undefined ? 'hidden by no_log' : result.message,
        hint: prepared.noLog ? undefined : result.hint,
        diff: prepared.noLog ? [] : result.diff,
        result: prepared.noLog ? censored(dict) : dict,
        seconds: (performance.now() - started) / 1000,
      })

    if (prepared.failure !== undefined)
      done.push({ result: failureResult(prepared.failure), extra: new Map() })
    else if (prepared.skip !== undefined)
      done.push({ result: skippedResult(prepared.skip), extra: new Map() })
    else
      for (const item of prepared.items) {
        const result = await this.#doItem(prepared, item, stage)
        const extra: Dict = new Map(item.loopVariables)
        done.push({ result, extra })
        if (prepared.looped) {
          const dict = new Map([...registered(result), ...extra])
          event(
            statusOf(result, false),
            result,
            dict,
            prepared.noLog ? '(censored due to no_log)' : (item.label ?? ''),
          )
        }
      }
    if (this.#batch.isGathering(task)) this.#batch.pass(task, this.#host.name)

    const whole = prepared.looped && prepared.failure === undefined && prepared.skip === undefined
    const dict = whole ? registeredLoop(done) : registered(done[0]?.result ?? skippedResult(null))
    const result = whole
      ? summary(
          done.map(({ result }) => result),
          dict,
        )
      : (done[0]?.result as TaskResult)
    for (const { result: each } of done)
      for (const [name, value] of each.failed ? [] : each.facts) this.#host.facts.set(name, value)
    if (task.register !== undefined)
      this.#host.facts.set(task.register, prepared.noLog ? secretTexts(dict) : dict)

    const ignored = result.failed && !result.unknown && this.#truth(prepared, task.ignoreErrors)
    const status = statusOf(result, ignored)
    event(status, result, dict)
    this.#count(status, result)
    if (result.changed && !result.failed) this.#notify(task)
    if (!result.failed || ignored) return
    const failedItems = done.filter(({ result }) => result.failed)
    const message = whole
      ? `${failedItems.length} of ${done.length} items failed: ${failedItems[0]?.result.message ?? ''}`
      : (result.message ?? 'failed')
    this.#leave(
      result.unknown ? 'unknown' : 'failed',
      prepared.name,
      prepared.noLog ? 'the task failed; its message is hidden by no_log' : message,
      prepared.noLog ? undefined : (failedItems[0]?.result.hint ?? result.hint),
      true,
    )
  }

  #truth(prepared: PreparedTask, value: Value | undefined): boolean {
    if (value === undefined || value === null || value === false) return false
    if (value === true) return true
    const scope = scopeFor(
      this.#run,
      this.#host,
      this.#play.variables,
      { known: new Map(), pending: new Set() },
      prepared.task,
    )
    try {
      return createEngine(scope, this.#run.home).resolve(value) === true
    } catch {
      return false
    }
  }

  async #doItem(prepared: PreparedTask, item: PreparedItem, stage: Stage): Promise<TaskResult> {
    if (item.failure !== undefined) return failureResult(item.failure)
    if (item.skip !== undefined) return skippedResult(item.skip)
    const { task } = prepared
    const engine = this.#engineFor(item)
    try {
      const plan = retryPlan(engine, task)
      for (let attempt = 1; ; attempt += 1) {
        const result = applyVerdicts(engine, task, await this.#attempt(prepared, item, stage))
        if (plan === undefined) return result
        const verdict = plan.judge(result, attempt)
        if (verdict.done) return verdict.result
        this.#run.emit({
          type: 'retry',
          host: this.#host.name,
          task: prepared.name,
          attempt,
          left: plan.attempts - attempt,
        })
        await this.#waiting(() => pause(plan.delay, this.#run.signal))
        forget(item)
      }
    } catch (error) {
      if (error instanceof HostGone || error instanceof ConnectionError) throw error
      if (this.#run.signal.aborted) this.#leave('cancelled', prepared.name, 'interrupted', undefined)
      return failureResult(evaluationFailure(error))
    }
  }

  /** Looks (unless already read) and converges once. A connection that dies is made anew once, and the state read again. */
  async #attempt(prepared: PreparedTask, item: PreparedItem, stage: Stage): Promise<TaskResult> {
    const { module } = prepared
    try {
      return await this.#converge(prepared, item, stage)
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
      if (this.#run.signal.aborted)
        return this.#leave('unknown', prepared.name, 'interrupted while it was being done', undefined)
      const canLookAgain = item.observation?.script != null
      if (error.reason !== 'lost' || !this.#link.canRenew) return this.#unreachable(error, prepared)
      if (!canLookAgain && error.started) {
        return {
          ...failureResult(
            new ModuleFailure(`it was started, and the answer was lost: ${error.message}`, {
              hint: `find out on ${this.#host.name} whether '${prepared.name}' was done; the ${module.name} module cannot tell`,
            }),
          ),
          unknown: true,
        }
      }
      await this.#link.renew()
      for (const each of stage.items) forget(each)
      this.#run.emit({
        type: 'warning',
        message: `${this.#host.name}: ${error.message}; connecting again and looking at '${prepared.name}' anew`,
      })
      try {
        return await this.#converge(prepared, item, stage)
      } catch (again) {
        if (again instanceof ConnectionError) return this.#unreachable(again, prepared)
        throw again
      }
    }
  }

  async #converge(prepared: PreparedTask, item: PreparedItem, stage: Stage): Promise<TaskResult> {
    const { task, module } = prepared
    const at = stage.items.indexOf(item)
    if (needsReading(item)) await this.#read(stage.items.slice(at))
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
      for (const [host, failure] of opened.refused) this.#refused.set(host, failure)
      if (opened.refused.size > 0) this.#refuse()
      shared = opened.shared
    }
    this.#phase('converge', prepared.name)
    const timeout = this.#timeout(item, task)
    const later = stage.items.slice(at + 1)
    return drive(module, item, state, shared, timeout, {
      intend: (says) =>
        this.#run.context.journal({ event: 'change', host: this.#host.name, task: prepared.name, says }),
      run: (action) => {
        const step: Step = {
          script: action.script,
          environment: item.environment,
          ...(action.stdin === undefined ? {} : { stdin: action.stdin }),
          ...(timeout === undefined ? {} : { timeout }),
        }
        return this.#link.act(item.become, step, action.more === true, later)
      },
      push: (action) => this.#link.push(item.become, action),
    })
  }

  #timeout(item: PreparedItem, task: Task): number | undefined {
    if (task.timeout === undefined) return undefined
    const seconds = Number(createEngine(item.scope, this.#run.home).resolve(task.timeout))
    if (!Number.isFinite(seconds) || seconds < 0)
      throw new ModuleFailure(`timeout must be a number of seconds, got ${shortly(task.timeout)}`)
    return seconds === 0 ? undefined : seconds
  }

  #notify(task: Task): void {
    for (const name of task.notify)
      for (const handler of this.#play.handlers) {
        if (handler.name !== name && !handler.listen.includes(name)) continue
        this.#notified.add(handler.id)
        // Of two handlers of one name the first runs (facts/plays.md 4); a topic wakes all that listen.
        if (handler.name === name) break
      }
  }

  #checkStop(task: string): void {
    if (this.#run.signal.aborted) this.#leave('cancelled', task, 'interrupted', undefined)
    const reason = this.#batch.stopReason
    if (reason !== undefined) this.#leave('cancelled', task, `the rollout stopped: ${reason}`, undefined)
  }

  #unreachable(error: ConnectionError, prepared: PreparedTask | undefined): never {
    if (error.reason === 'cancelled')
      return this.#leave('cancelled', prepared?.name, 'interrupted', undefined)
    return this.#leave('unreachable', prepared?.name, error.message, error.hint)
  }

  /** The host is out, with exactly one result. `told`: the task's own event said it already. */
  #leave(
    status: 'failed' | 'unreachable' | 'unknown' | 'cancelled',
    task: string | undefined,
    message: string,
    hint: string | undefined,
    told = false,
  ): never {
    const { name, recap } = this.#host
    this.#host.gone = status === 'unknown' ? 'failed' : status
    if (status === 'unreachable') recap.unreachable += 1
    if (!told && (status === 'failed' || status === 'unknown')) recap.failed += 1
    this.#run.failures.push({ host: name, task, status, message, hint })
    if (!told) {
      const result: Dict = new Map<Key, Value>([
        ['changed', false],
        ['msg', message],
      ])
      if (status === 'unreachable') result.set('unreachable', true)
      else if (status !== 'cancelled') result.set('failed', true)
      this.#run.emit({
        type: 'task',
        play: this.#play.variables.name,
        host: name,
        task: task ?? '',
        module: '',
        handler: false,
        status,
        message,
        hint,
        diff: [],
        result,
        seconds: 0,
      })
    }
    if (status !== 'cancelled') this.#batch.lost(name)
    throw new HostGone(message)
  }

  #count(status: Status, result: TaskResult): void {
    const { recap } = this.#host
    if (status === 'skipped') recap.skipped += 1
    else if (status === 'ok' || status === 'changed' || status === 'ignored') recap.ok += 1
    else recap.failed += 1
    if (status === 'ignored') recap.ignored += 1
    if (result.changed && status !== 'failed' && status !== 'unknown') recap.changed += 1
  }

  #phase(phase: 'connect' | 'look' | 'converge' | 'wait' | 'done', what?: string): void {
    this.#run.emit({ type: 'phase', host: this.#host.name, phase, ...(what === undefined ? {} : { what }) })
  }
}

function statusOf(result: TaskResult, ignored: boolean): Status {
  if (result.unknown) return 'unknown'
  if (result.failed) return ignored ? 'ignored' : 'failed'
  if (result.skipped) return 'skipped'
  return result.changed ? 'changed' : 'ok'
}

function summary(results: readonly TaskResult[], dict: Dict): TaskResult {
  return {
    changed: dict.get('changed') === true,
    failed: dict.get('failed') === true,
    skipped: dict.get('skipped') === true,
    unknown: results.some((result) => result.unknown),
    message: undefined,
    hint: undefined,
    values: new Map(),
    diff: [],
    facts: new Map(),
  }
}

function refuseAction(): never {
  throw new Error('a module that is evaluated ahead of its turn must not act')
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, seconds * 1000)
    signal.addEventListener('abort', finish, { once: true })
    function finish() {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
  })
}
