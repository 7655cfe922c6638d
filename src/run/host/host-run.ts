import type { Block, Entry, Task } from '../../playbook/playbook.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { BatchControl, Looked } from '../batch/batch-control.ts'
import { isBefore, type Turn } from '../batch/turn.ts'
import type { HostState, RunState } from '../run-state.ts'
import type { FactPlan } from '../scope/facts.ts'
import { guessProbes, type StepGuess } from './ahead.ts'
import { beginGathering } from './gather.ts'
import { HostStopped, TaskFailed } from './host-report.ts'
import { type Outlook, obey } from './item-run.ts'
import { HostSession, type PlayTasks } from './session.ts'
import { partTurn, type Step, stepsOf } from './steps.ts'
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
      if (play.facts !== undefined) await this.#gather(play.facts)
      if (batch.gathers) await this.#lookWithBatch()
      // A handler that a later handler notified runs at the next flush, which there is also after an empty section.
      for (const section of play.sections.keys()) await this.#runSection(section)
    } catch (error) {
      // The host's own end; it was told. Anything else is a fault of muster's, which must not touch other hosts.
      if (!(error instanceof HostStopped)) await report.bug(error)
      if (host.gone !== 'cancelled') batch.lost(host.name)
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
      beginGathering(session, facts, async () => {
        this.#guesses = await this.#guess(this.#sectionsFrom(0))
        return this.#guesses
      }),
    )
  }

  async #runSection(section: number): Promise<void> {
    const { play, notifications, report } = this.#session
    const rest: Rest = (task) => [
      // The handlers that are due, and those that become so when the task has changed something.
      ...this.#handlerSteps(notifications.dueAfter(task), this.#flushTurn(section)),
      ...this.#sectionsFrom(section + 1),
    ]
    try {
      await this.#runEntries(play.sections[section] as Entry[], this.#sectionTurn(section), rest)
      await this.#flush(this.#flushTurn(section), () => this.#sectionsFrom(section + 1))
    } catch (error) {
      if (error instanceof TaskFailed) report.leaveAfterTask(error.outcome)
      throw error
    }
  }

  #sectionTurn(section: number): Turn {
    return [...this.#session.play.turn, section * 2]
  }

  #flushTurn(section: number): Turn {
    return [...this.#session.play.turn, section * 2 + 1]
  }

  #sectionsFrom(first: number): Step[] {
    return this.#session.play.sections.flatMap((entries, section) =>
      section < first ? [] : stepsOf(entries, this.#sectionTurn(section)),
    )
  }

  #handlerSteps(handlers: readonly Task[], turn: Turn): Step[] {
    const { play } = this.#session
    return handlers.map((task) => ({ task, turn: [...turn, play.handlers.indexOf(task)] }))
  }

  /** @throws TaskFailed when a task has failed that no block here makes up for */
  async #runEntries(entries: readonly Entry[], turn: Turn, after: Rest): Promise<void> {
    for (const [index, entry] of entries.entries()) {
      const own = [...turn, index]
      const rest: Rest = (task) => [...stepsOf(entries, turn, index + 1), ...after(task)]
      if (entry.kind === 'block') await this.#runBlock(entry, own, rest)
      else await this.#runStep({ task: entry, turn: own }, false, rest)
    }
  }

  /** A block (facts/plays.md 8): rescue when a task of it failed, always in the end. */
  async #runBlock(block: Block, turn: Turn, after: Rest): Promise<void> {
    const session = this.#session
    const rest: Rest = (task) => [...stepsOf(block.always, partTurn(turn, 'always')), ...after(task)]
    const run = (part: 'block' | 'rescue' | 'always') =>
      this.#runEntries(block[part], partTurn(turn, part), part === 'always' ? after : rest)
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
  async #flush(turn: Turn, after: () => readonly Step[]): Promise<void> {
    const { notifications } = this.#session
    notifications.begin()
    for (;;) {
      const [step, ...rest] = this.#handlerSteps(notifications.due(), turn)
      if (step === undefined) break
      await this.#runStep(step, true, () => [...rest, ...after()])
      notifications.done(step.task)
    }
    this.#session.reach([...turn, Number.POSITIVE_INFINITY])
  }

  async #runStep({ task, turn }: Step, handler: boolean, rest: Rest): Promise<void> {
    this.#session.reach(turn)
    this.#session.checkStop(undefined)
    const outlook: Outlook = {
      guess: async () => {
        this.#guesses = await this.#guess(rest(task))
        return this.#guesses
      },
      next: () => this.#guesses.filter((guess) => isBefore(turn, guess.step.turn)).slice(0, NEXT),
    }
    await runTask(this.#session, task, handler, outlook)
  }

  async #guess(steps: readonly Step[]): Promise<readonly StepGuess[]> {
    const session = this.#session
    return session.run.prefetch ? guessProbes(session.aheadStandpoint(), steps) : []
  }

  /** Reads the state of what the batch opens, waits until the whole batch has, and learns whether it may go on. */
  async #lookWithBatch(): Promise<void> {
    const session = this.#session
    const { batch, host, link } = session
    const guesses = await guessProbes(session.aheadStandpoint(), this.#sectionsFrom(0))
    this.#guesses = guesses
    const members: Looked[] = []
    for (const { step, seen } of guesses) {
      const [item] = seen.items
      if (!batch.isGathering(step.task) || item === undefined) continue
      try {
        const answers = await link.ask(item.identity, item.probes, async () => guesses)
        members.push({
          host: host.name,
          task: step.task.id,
          params: item.params as never,
          answers: answers as never,
        })
      } catch (error) {
        // What cannot be read fails at its own turn.
        if (!(error instanceof TaskFailure)) session.notReached(error, seen.evaluated.name)
      }
    }
    obey(session, await session.waiting(() => batch.looked(host.name, members)), undefined)
  }
}
