import { Listr, type ListrTaskWrapper } from 'listr2'
import type { Listener, Phase, RunEvent } from '../run/record/events.ts'
import { visible } from '../values/text/visible.ts'
import { count } from './lines.ts'
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
  if (event.type === 'warning' || event.type === 'stopped' || event.type === 'activation') return true
  if (event.type !== 'task') return false
  if (options.diff && event.diff.length > 0) return true
  if (event.showsResult === true || options.verbosity > 0) return true
  return !['ok', 'changed', 'skipped', 'cancelled'].includes(event.status)
}

/** The rows of a batch. It takes events from the start, and shows them from when the screen is free. */
class BatchView {
  /** What is printed when the rows have ended. */
  readonly below: RunEvent[] = []
  readonly #hosts: readonly string[]
  readonly #title: string
  readonly #phases = new Map<string, { phase: Phase; what: string }>()
  readonly #changed = new Set<string>()
  readonly #lost = new Set<string>()
  readonly #rows = new Map<string, Row>()
  readonly #finished = Promise.withResolvers<void>()
  #timer: NodeJS.Timeout | undefined
  #shown: Promise<unknown> = Promise.resolve()

  constructor(event: RunEvent & { type: 'batch-started' }) {
    this.#hosts = event.hosts
    this.#title = `${visible(event.play)}${event.batches > 1 ? ` (batch ${event.batch} of ${event.batches})` : ''}`
  }

  begin(): void {
    const row = (name: string) => ({
      title: `${this.#title}: ${name}`,
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
    if (event.type === 'phase') this.#phases.set(event.host, { phase: event.phase, what: event.what ?? '' })
    if (event.type !== 'task') return
    if (event.status === 'changed') this.#changed.add(event.host)
    if (event.status === 'failed' || event.status === 'unreachable' || event.status === 'unknown')
      this.#lost.add(event.host)
  }

  #draw(): void {
    const all = this.#hosts.length
    const within = (...phases: Phase[]) =>
      this.#hosts.filter((host) => phases.includes(this.#phases.get(host)?.phase ?? 'connect'))
    const looking = within('connect', 'look')
    const converging = within('converge', 'wait')
    const done = within('done')
    this.#set('look', `look: ${all - looking.length} of ${count(all, 'host')}`, looking)
    this.#set('converge', `converge: ${this.#changed.size} changed`, converging)
    this.#set('done', `done: ${done.length} of ${all}, ${this.#lost.size} failed`, [...this.#lost])
  }

  #set(name: string, text: string, hosts: readonly string[]): void {
    const row = this.#rows.get(name)
    if (row === undefined) return
    row.title = `${this.#title}: ${text}`
    const shown = hosts.slice(0, 4).map((host) => {
      const what = this.#phases.get(host)?.what ?? ''
      return what === '' ? visible(host) : `${visible(host)} (${visible(what)})`
    })
    row.output =
      hosts.length === 0
        ? ''
        : `${shown.join(', ')}${hosts.length > 4 ? ` and ${hosts.length - 4} more` : ''}`
  }
}
