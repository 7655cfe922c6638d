import { Listr, type ListrTaskWrapper } from 'listr2'
import type { Listener, Phase, RunEvent } from '../run/record/events.ts'
import { visible } from '../values/text/visible.ts'
import { BatchProgress } from './batch-progress.ts'
import { hostSet } from './host-set.ts'
import { count, isPassedOver } from './lines.ts'
import { type LogOptions, logReport } from './log.ts'

type Row = ListrTaskWrapper<unknown, never, never>

/** How often the rows are written anew; more only costs. */
const REFRESH_MILLISECONDS = 100

/**
 * The live view: a row a phase with its counter and the hosts that are still in it, never a row a host (listr2 needs
 * seconds for hundreds of rows). What failed or was said is printed below the rows when the batch ends.
 */
export function liveReport(write: (text: string) => void, options: LogOptions): Listener {
  const log = logReport(write, options)
  // listr2 owns the screen while its rows stand, and lets it go some time after they ended: one after the other.
  let screen: Promise<void> = Promise.resolve()
  const inTurn = (show: () => void | Promise<void>) => {
    screen = screen.then(show)
  }
  let batch: BatchView | undefined
  return (event) => {
    if (event.type === 'batch-started') {
      const view = new BatchView(event)
      batch = view
      inTurn(() => view.begin())
    } else if (event.type === 'batch-ended') {
      const view = batch
      batch = undefined
      inTurn(async () => {
        await view?.end()
        for (const each of view?.below ?? []) log(each)
      })
    } else if (batch === undefined) {
      inTurn(() => log(event))
    } else {
      batch.see(event)
      if (worthALine(event, options)) batch.below.push(event)
    }
  }
}

function worthALine(event: RunEvent, options: LogOptions): boolean {
  if (['warning', 'notice', 'stopped', 'activation'].includes(event.type)) return true
  if (event.type !== 'task') return false
  if ((options.diff || event.showsDiff === true) && event.diff.length > 0) return true
  if (isPassedOver(event)) return true
  if (event.showsResult === true || options.verbosity > 0) return true
  return !['ok', 'changed', 'skipped', 'cancelled'].includes(event.status)
}

/** Groups of hosts below a row. */
const MOST_GROUPS = 4

/** The rows of a batch. It takes events from the start, and shows them from when the screen is free. */
class BatchView {
  /** What is printed when the rows have ended. */
  readonly below: RunEvent[] = []
  readonly #progress: BatchProgress
  readonly #rows = new Map<string, Row>()
  readonly #finished = Promise.withResolvers<void>()
  #timer: NodeJS.Timeout | undefined
  #shown: Promise<unknown> = Promise.resolve()

  constructor(event: RunEvent & { type: 'batch-started' }) {
    this.#progress = new BatchProgress(event)
  }

  begin(): void {
    const row = (name: string) => ({
      title: `${this.#progress.title}: ${name}`,
      task: async (_: unknown, task: Row) => {
        this.#rows.set(name, task)
        await this.#finished.promise
      },
    })
    this.#shown = new Listr([row('look'), row('converge'), row('done')], {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
    }).run()
    this.#timer = setInterval(() => this.#draw(), REFRESH_MILLISECONDS)
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    this.#draw()
    this.#finished.resolve()
    await this.#shown
  }

  see(event: RunEvent): void {
    this.#progress.see(event)
  }

  #draw(): void {
    const { hosts, changed, lost } = this.#progress
    const all = hosts.length
    const within = (...phases: Phase[]) => this.#progress.within(...phases)
    this.#set('look', `look: ${all - within('connect', 'look')} of ${count(all, 'host')}`, [
      'connect',
      'look',
    ])
    this.#set('converge', `converge: ${changed.size} changed`, ['converge', 'wait'])
    this.#set('done', `done: ${within('done')} of ${all}, ${lost.size} failed`, [])
    const done = this.#rows.get('done')
    if (done !== undefined) done.output = visible(hostSet([...lost]))
  }

  /** A row, and below it who is in these phases: hosts at the same step together, who waits longest first. */
  #set(name: string, text: string, phases: readonly Phase[]): void {
    const row = this.#rows.get(name)
    if (row === undefined) return
    row.title = `${this.#progress.title}: ${text}`
    const steps = this.#progress.steps(...phases)
    const shown = steps.slice(0, MOST_GROUPS).map((step) => this.#progress.stepText(step))
    if (steps.length > MOST_GROUPS) shown.push(`and ${count(steps.length - MOST_GROUPS, 'more step')}`)
    row.output = shown.join('\n')
  }
}
