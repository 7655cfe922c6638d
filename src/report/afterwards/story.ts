import type { RecordedEvent } from '../../run/record/event-log.ts'
import type { Cost, Failure, Recap, RunEvent, Status } from '../../run/record/events.ts'
import type { Position } from '../../values/position.ts'
import { formatDiff } from '../diffs.ts'
import { count } from '../lines.ts'

/** A task on a host, or an item of its loop. Times are seconds from the beginning of the run. */
export interface TaskStory {
  readonly play: string
  readonly task: string
  readonly module: string
  readonly item: string | undefined
  readonly position: Position | undefined
  readonly status: Status
  readonly message: string | undefined
  readonly hint: string | undefined
  /** Unified, and visible: no control characters. */
  readonly diffs: readonly string[]
  readonly begin: number
  readonly end: number
}

/** What happened on one host, in order. */
export interface HostStory {
  readonly name: string
  readonly tasks: readonly TaskStory[]
}

/** A run as its events tell it: what every report is made of. */
export interface Story {
  readonly run: string
  readonly playbook: string
  readonly mode: 'apply' | 'plan'
  readonly check: boolean
  readonly began: Date
  /** Undefined when the run never told its end: it still runs, or its process died. */
  readonly ended:
    | {
        readonly exitCode: number
        readonly interrupted: boolean
        readonly seconds: number
        readonly cost: Readonly<Cost>
      }
    | undefined
  readonly hosts: readonly HostStory[]
  /** Of a run without an end it is counted from the tasks that were told. */
  readonly recap: ReadonlyMap<string, Readonly<Recap>>
  readonly failures: readonly Failure[]
  readonly warnings: readonly string[]
  /** Why the rollout stopped itself. */
  readonly stopped: string | undefined
}

/**
 * The story that a run's events tell.
 *
 * @returns undefined where they do not even tell its beginning
 */
export function storyOf(events: readonly RecordedEvent[]): Story | undefined {
  const started = events.find((event) => event.type === 'run-started')
  if (started === undefined) return undefined
  const ended = events.findLast((event) => event.type === 'run-ended')
  const tasks = events.filter((event) => event.type === 'task')
  const hosts = [...Map.groupBy(tasks, ({ host }) => host)].map(([name, told]) => ({
    name,
    tasks: told.map((event) => taskStory(event, started.at)),
  }))
  return {
    run: started.run,
    playbook: started.playbook,
    mode: started.mode,
    check: started.check,
    began: started.at,
    ended,
    hosts,
    recap: ended?.recap ?? new Map(hosts.map((host) => [host.name, recapOf(host)])),
    failures: ended?.failures ?? tasks.flatMap(failureOf),
    warnings: events.filter((event) => event.type === 'warning').map(({ message }) => message),
    stopped: events.findLast((event) => event.type === 'stopped')?.reason,
  }
}

type TaskEvent = RecordedEvent & RunEvent & { readonly type: 'task' }

function taskStory(event: TaskEvent, began: Date): TaskStory {
  const { play, task, module, item, position, status, message, hint, diff } = event
  const end = Math.max(0, (event.at.getTime() - began.getTime()) / 1000)
  const diffs = diff.map(formatDiff).filter((text) => text !== '')
  const begin = Math.max(0, end - event.seconds)
  return { play, task, module, item, position, status, message, hint, diffs, begin, end }
}

/** Whole tasks only: their items are counted with them. */
export function wholeTasks({ tasks }: HostStory): TaskStory[] {
  return tasks.filter(({ item }) => item === undefined)
}

function recapOf(host: HostStory): Recap {
  const statuses = wholeTasks(host).map(({ status }) => status)
  const number = (...wanted: readonly Status[]) => statuses.filter((status) => wanted.includes(status)).length
  return {
    ok: number('ok', 'changed', 'ignored'),
    changed: number('changed'),
    unreachable: number('unreachable'),
    failed: number('failed', 'unknown'),
    skipped: number('skipped'),
    // Only the run itself knew which of the failures a rescue took up.
    rescued: 0,
    ignored: number('ignored'),
  }
}

function failureOf({ host, task, status, message, hint, item }: TaskEvent): Failure[] {
  if (item !== undefined) return []
  if (status !== 'failed' && status !== 'unreachable' && status !== 'unknown' && status !== 'cancelled')
    return []
  return [{ host, task, status, message: message ?? status, hint }]
}

/** How a run ended, in a word or two. `alive`: whether its process still runs. */
export function outcomeOf({ ended, failures }: Story, alive: boolean): string {
  if (ended === undefined) return alive ? 'running' : 'died'
  if (ended.interrupted) return 'interrupted'
  if (failures.length === 0) return 'ok'
  const hosts = new Set(failures.map(({ host }) => host)).size
  return `${count(hosts, 'host')} failed`
}

/** A story as JSON data: maps become objects, times ISO 8601. */
export function storyJson(story: Story): object {
  const { ended, ...rest } = story
  return {
    ...rest,
    ...(ended === undefined
      ? { ended: null }
      : {
          ended: {
            exitCode: ended.exitCode,
            interrupted: ended.interrupted,
            seconds: ended.seconds,
            cost: ended.cost,
          },
        }),
    recap: Object.fromEntries(story.recap),
  }
}
