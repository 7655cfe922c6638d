// More than 250 lines: how a host goes through a play (sections, blocks, roles, includes, handlers) is one walk.

import { onlyTasks } from '../../playbook/entries.ts'
import type { Block, Entry, Include, Task } from '../../playbook/playbook.ts'
import type { Role } from '../../playbook/roles/role.ts'
import { selected } from '../../playbook/tags.ts'
import { InputError } from '../../values/problem.ts'
import type { BatchControl } from '../batch/batch-control.ts'
import { isBefore } from '../batch/turn.ts'
import type { HostState, RunState } from '../run-state.ts'
import type { FactPlan } from '../scope/facts.ts'
import { finishVarsFiles } from '../scope/vars-files.ts'
import { guessProbes, type StepGuess } from './ahead.ts'
import { outsideWindows } from './change-windows.ts'
import { isDecidedOnce, PlayEnded, RoleEnded, runMeta } from './flow/meta.ts'
import {
  type Inclusion,
  includedPlace,
  type Place,
  partPlace,
  placeAt,
  type Step,
  stepsOf,
} from './flow/steps.ts'
import { runTogether } from './flow/together.ts'
import { beginGathering } from './gather.ts'
import { HostStopped, TaskFailed } from './host-report.ts'
import type { Outlook } from './item-run.ts'
import { lookWithBatch } from './look-with-batch.ts'
import { HostSession, type PlayTasks } from './session.ts'
import { runTask } from './task-run.ts'

/**
 * How many guesses behind the task at hand are asked again together with a change. Their answers may have changed with
 * it; asking all would make a long play of changes cost its square on the host.
 */
const NEXT = 24

/** What comes behind the entries at hand, when a task of them is done. */
type Rest = (task: Task) => readonly Step[]

/** One host through one play: its tasks in order, each at its turn; then the notified handlers, after each section. */
export class HostRun {
  readonly #session: HostSession
  #guesses: readonly StepGuess[] = []

  constructor(run: RunState, host: HostState, play: PlayTasks, batch: BatchControl) {
    this.#session = new HostSession(run, host, play, batch)
  }

  /** Never throws, whatever a host or a task does: that is in the host's state and the events. */
  async run(): Promise<void> {
    const session = this.#session
    const { batch, host, play, report, run } = session
    await session.takePlace()
    try {
      const closed =
        run.options.check || session.replay.isOver
          ? undefined
          : outsideWindows(run, host, play.variables, new Date())
      if (closed !== undefined) report.passOver(closed)
      if (play.facts !== undefined) await this.#gather(play.facts)
      if (play.variables.filesWait === true) await this.#finishFiles()
      if (batch.gathers)
        this.#guesses = await lookWithBatch(session, session.replay.isOver ? [] : this.#sectionsFrom(0))
      // A handler that a later handler notified runs at the next flush, which there is also after an empty section.
      for (const section of play.sections.keys()) await this.#runSection(section)
      session.replay.end()
    } catch (error) {
      // The host's own end; it was told. Anything else is a fault of muster's, which must not touch other hosts.
      if (!(error instanceof HostStopped) && !(error instanceof PlayEnded)) await report.bug(error)
      if (error instanceof PlayEnded) session.replay.end()
      else if (host.gone !== 'cancelled') batch.lost(host.name)
    } finally {
      batch.left(host.name)
      run.progress.end(host.name)
      session.leavePlace()
      report.phase('done')
    }
  }

  /** Facts come with what the play's tasks need to know, as far as that shows without them. */
  #gather(facts: FactPlan): Promise<void> {
    const session = this.#session
    return session.evaluating(() =>
      beginGathering(session, facts, session.replay.isOver, async () => {
        this.#guesses = await this.#guess(this.#sectionsFrom(0))
        return this.#guesses
      }),
    )
  }

  async #finishFiles(): Promise<void> {
    const { run, host, play, report, standpoint } = this.#session
    try {
      await this.#session.evaluating(() => finishVarsFiles(run, host, play.variables, standpoint.vantage))
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      report.leave({ status: 'failed', message: error.message })
    }
  }

  async #runSection(section: number): Promise<void> {
    const { play, report } = this.#session
    const rest: Rest = (task) => [
      // The handlers that are due, and those that become so when the task has changed something.
      ...this.#handlerSteps(this.#session.dueAfter(task), this.#flushPlace(section)),
      ...this.#sectionsFrom(section + 1),
    ]
    try {
      await this.#runEntries(play.sections[section] as Entry[], this.#sectionPlace(section), rest)
      await this.#flush(this.#flushPlace(section), () => this.#sectionsFrom(section + 1))
    } catch (error) {
      if (!(error instanceof TaskFailed)) throw error
      if (play.forcesHandlers) await this.#flushThough(error, section)
      report.leaveAfterTask(error.outcome)
    }
  }

  /** Handlers that were notified before the host failed (`force_handlers`). */
  async #flushThough(failure: TaskFailed, section: number): Promise<void> {
    try {
      await this.#session.failing(failure, () => this.#flush(this.#flushPlace(section), () => []))
    } catch (error) {
      if (!(error instanceof TaskFailed)) throw error
    }
  }

  #sectionPlace(section: number): Place {
    return { turn: [...this.#session.play.turn, section * 2], params: new Map(), handler: false }
  }

  #flushPlace(section: number): Place {
    return { turn: [...this.#session.play.turn, section * 2 + 1], params: new Map(), handler: true }
  }

  #sectionsFrom(first: number): Step[] {
    return this.#session.play.sections.flatMap((entries, section) =>
      section < first ? [] : stepsOf(entries, this.#sectionPlace(section)),
    )
  }

  #handlerSteps(due: readonly Task[], place: Place): Step[] {
    const { handlers } = this.#session.notifications
    return due.map((task) => ({ ...placeAt(place, handlers.indexOf(task)), task }))
  }

  /** @throws TaskFailed when a task has failed that no block here makes up for */
  async #runEntries(entries: readonly Entry[], place: Place, after: Rest): Promise<void> {
    for (const [index, entry] of entries.entries()) {
      const own = placeAt(place, index)
      const rest: Rest = (task) => [...stepsOf(entries, place, index + 1), ...after(task)]
      if (entry.kind === 'task') await this.#runStep({ ...own, task: entry }, rest)
      else if (entry.role === undefined) await this.#runBlock(entry, own, rest)
      else await this.#runRole(entry, entry.role, own, rest)
    }
  }

  /** The tasks of a role, unless it has run with the same parameters. */
  async #runRole(block: Block, role: Role, place: Place, after: Rest): Promise<void> {
    const { roles } = this.#session
    if (roles.hasRun(role)) return
    try {
      await this.#runBlock(block, place, after)
    } catch (error) {
      if (!(error instanceof RoleEnded) || error.role !== role) throw error
    }
    roles.complete(role)
  }

  /** A block (facts/plays.md 8): rescue when a task of it failed, always in the end. */
  async #runBlock(block: Block, place: Place, after: Rest): Promise<void> {
    const session = this.#session
    const rest: Rest = (task) => [...stepsOf(block.always, partPlace(place, 'always')), ...after(task)]
    const run = (part: 'block' | 'rescue' | 'always') =>
      this.#runEntries(block[part], partPlace(place, part), part === 'always' ? after : rest)
    let failure: TaskFailed | undefined
    const failing = async (work: () => Promise<void>): Promise<void> => {
      try {
        failure = undefined
        await work()
      } catch (error) {
        if (!(error instanceof TaskFailed)) throw error
        failure = error
      }
    }
    await failing(() => session.rescued(block.rescue.length > 0, () => run('block')))
    if (failure !== undefined && block.rescue.length > 0) await failing(() => run('rescue'))
    const failed = failure as TaskFailed | undefined
    await session.failing(failed, () => run('always'))
    if (failed !== undefined) throw failed
  }

  /** Handlers that are due are asked for anew after each, since one may have notified another further down. */
  async #flush(place: Place, after: () => readonly Step[]): Promise<void> {
    const { notifications } = this.#session
    notifications.begin()
    try {
      for (;;) {
        const [step, ...rest] = this.#handlerSteps(notifications.due(), place)
        if (step === undefined) break
        notifications.taken(step.task)
        await this.#runStep(step, () => [...rest, ...after()])
      }
    } finally {
      notifications.end()
    }
    this.#session.reach([...place.turn, Number.POSITIVE_INFINITY])
  }

  async #runStep(step: Step, rest: Rest): Promise<void> {
    const { task, turn } = step
    const session = this.#session
    session.replay.come(turn)
    if (isDecidedOnce(step) || task.runOnce !== undefined || task.changesInventory === 'once')
      session.batch.comes(session.host.name, turn)
    session.come(step)
    session.checkStop(undefined)
    if (task.directsRun) {
      const place = { ...placeAt(step, 0), handler: true }
      return runMeta(session, step, () => this.#flush(place, () => rest(task)))
    }
    if (!(await session.isWantedByPerson(step.task))) return
    const outlook: Outlook = {
      guess: async () => {
        this.#guesses = await this.#guess(rest(task))
        return this.#guesses
      },
      next: () => this.#guesses.filter((guess) => isBefore(turn, guess.step.turn)).slice(0, NEXT),
    }
    const inclusions = await runTogether(session, step, () => runTask(session, step, outlook))
    if (task.include !== undefined) await this.#runIncluded(step, task.include, inclusions, rest)
  }

  /** What a task has included, for one item of its loop after the other. */
  async #runIncluded(
    step: Step,
    include: Include,
    inclusions: readonly Inclusion[],
    after: Rest,
  ): Promise<void> {
    const { run, notifications, play } = this.#session
    const lists = inclusions.map(({ included, loopVariables }, index) => ({
      place: includedPlace(step, include, index, loopVariables),
      entries: onlyTasks(included.entries, ({ tags }) => selected(tags, run.options)),
    }))
    for (const { included } of inclusions) {
      if (play.flushes) notifications.add(included.handlers)
      play.variables.roles.push(...included.shared)
    }
    for (const [index, { place, entries }] of lists.entries()) {
      const later = lists.slice(index + 1)
      const rest: Rest = (task) => [
        ...later.flatMap((list) => stepsOf(list.entries, list.place)),
        ...after(task),
      ]
      await this.#runEntries(entries, place, rest)
    }
  }

  async #guess(steps: readonly Step[]): Promise<readonly StepGuess[]> {
    const session = this.#session
    return session.run.prefetch ? guessProbes(session.aheadStandpoint(), steps) : []
  }
}
