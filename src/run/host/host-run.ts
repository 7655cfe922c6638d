import type { Task } from '../../playbook/playbook.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { BatchControl, Looked } from '../batch/batch-control.ts'
import type { HostState, RunState } from '../run-state.ts'
import { guessProbes } from './ahead.ts'
import type { Guess } from './host-link.ts'
import { HostStopped } from './host-report.ts'
import { type Outlook, obey } from './item-run.ts'
import { HostSession, type PlayTasks } from './session.ts'
import { runTask } from './task-run.ts'

/** Room for the tasks of a section, and as much for a flush of handlers after it. */
export const POSITIONS_OF_SECTION = 1_000_000

/**
 * How many guesses behind the task at hand are asked again together with a change. Their answers may have changed with
 * it; asking all would make a long play of changes cost its square on the host.
 */
const NEXT = 24

type TaskGuess = Guess & { readonly task: Task }

/** One host through one play: its tasks in order, each at its turn; then the notified handlers, after each section. */
export class HostRun {
  readonly #session: HostSession
  #guesses: readonly TaskGuess[] = []

  constructor(run: RunState, host: HostState, play: PlayTasks, batch: BatchControl) {
    this.#session = new HostSession(run, host, play, batch)
  }

  /** Never throws, whatever a host or a task does: that is in the host's state and the events. */
  async run(): Promise<void> {
    const session = this.#session
    const { batch, host, play, report, run } = session
    await session.takePlace()
    try {
      if (batch.gathers) await this.#lookWithBatch()
      // A handler that a later handler notified runs at the next flush, which there is also after an empty section.
      for (const [index, tasks] of play.sections.entries()) {
        const position = play.firstPosition + index * 2 * POSITIONS_OF_SECTION
        await this.#runSection(tasks, index, position)
        await this.#flush(index, position + POSITIONS_OF_SECTION)
      }
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

  async #runSection(tasks: readonly Task[], section: number, position: number): Promise<void> {
    for (const [index, task] of tasks.entries()) {
      this.#session.reach(position + index)
      this.#session.checkStop(undefined)
      await this.#runTask(task, false, () => [
        ...tasks.slice(index + 1),
        // The handlers that are due, and those that become so when the task has changed something.
        ...this.#session.notifications.dueAfter(task),
        ...this.#session.play.sections.slice(section + 1).flat(),
      ])
    }
  }

  /** Handlers that are due are asked for anew after each, since one may have notified another further down. */
  async #flush(section: number, position: number): Promise<void> {
    const { notifications, play } = this.#session
    notifications.begin()
    for (;;) {
      const [handler, ...rest] = notifications.due()
      if (handler === undefined) break
      this.#session.reach(position + play.handlers.indexOf(handler))
      this.#session.checkStop(undefined)
      await this.#runTask(handler, true, () => [...rest, ...play.sections.slice(section + 1).flat()])
      notifications.done(handler)
    }
    this.#session.reach(position + POSITIONS_OF_SECTION)
  }

  #runTask(task: Task, handler: boolean, later: () => readonly Task[]): Promise<boolean> {
    const outlook: Outlook = {
      guess: async () => {
        this.#guesses = await this.#guess(later())
        return this.#guesses
      },
      next: () => {
        const tasks = new Set(later())
        return this.#guesses.filter((guess) => tasks.has(guess.task)).slice(0, NEXT)
      },
    }
    return runTask(this.#session, task, handler, outlook)
  }

  async #guess(tasks: readonly Task[]): Promise<readonly TaskGuess[]> {
    const session = this.#session
    return session.run.prefetch ? guessProbes(session.aheadStandpoint(), tasks) : []
  }

  /** Reads the state of what the batch opens, waits until the whole batch has, and learns whether it may go on. */
  async #lookWithBatch(): Promise<void> {
    const session = this.#session
    const { batch, host, link, play } = session
    const tasks = play.sections.flat()
    const guesses = await guessProbes(session.aheadStandpoint(), tasks)
    this.#guesses = guesses
    const members: Looked[] = []
    for (const { task, seen } of guesses) {
      const [item] = seen.items
      if (!batch.isGathering(task) || item === undefined) continue
      try {
        const answers = await link.ask(item.identity, item.probes, async () => guesses)
        members.push({
          host: host.name,
          task: task.id,
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
