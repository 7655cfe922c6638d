import type { Failure } from '../../run/record/events.ts'
import { formatPosition } from '../../values/position.ts'
import { mergeFailures } from '../recap.ts'
import { type HostStory, type Story, type TaskStory, wholeTasks } from './story.ts'

/** What went wrong in the same way on several hosts. */
export interface MergedFailure extends Omit<Failure, 'host'> {
  readonly hosts: readonly string[]
  /** The first host's task, where a task told it. */
  readonly at: TaskStory | undefined
}

/** Hosts on which the same was changed, and what that was. */
export interface MergedChange {
  readonly hosts: readonly string[]
  /** In order; diffs of the first host. */
  readonly changes: readonly TaskStory[]
}

/** A name and how long it took, in seconds. */
export interface Timing {
  readonly name: string
  readonly seconds: number
}

/** Equal failures merged, those of most hosts first. */
export function failuresOf(story: Story): MergedFailure[] {
  const byHost = new Map(story.hosts.map((host) => [host.name, host]))
  return mergeFailures(story.failures).map((group) => {
    const { host, ...first } = group[0]!
    const told = byHost.get(host)
    const at = told === undefined ? undefined : wholeTasks(told).findLast((task) => task.task === first.task)
    return { ...first, hosts: group.map((failure) => failure.host), at }
  })
}

/** Hosts with equal changes merged, those of most hosts first. A host's own name in a diff makes no difference. */
export function changesOf(story: Story): MergedChange[] {
  const groups = new Map<string, { readonly hosts: string[]; readonly changes: readonly TaskStory[] }>()
  for (const host of story.hosts) {
    const changes = changesOn(host)
    if (changes.length === 0) continue
    const key = JSON.stringify(
      changes.map(({ play, task, item, diffs }) => [
        ...[play, task, item],
        diffs.map((diff) => diff.replaceAll(host.name, '<host>')),
      ]),
    )
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { hosts: [host.name], changes })
    else group.hosts.push(host.name)
  }
  return [...groups.values()].toSorted((one, other) => other.hosts.length - one.hosts.length)
}

/** Changed items, and changed tasks that have none. */
function changesOn({ tasks }: HostStory): TaskStory[] {
  const looped = new Set(tasks.filter(({ item }) => item !== undefined).map(taskKey))
  return tasks.filter(
    (task) => task.status === 'changed' && (task.item !== undefined || !looped.has(taskKey(task))),
  )
}

const taskKey = ({ play, task, position }: TaskStory) =>
  JSON.stringify([play, task, position === undefined ? '' : formatPosition(position)])

/** The hosts that were busy longest, and the tasks that took longest on one host, at most `most` each. */
export function slowest(story: Story, most = 5): { readonly hosts: Timing[]; readonly tasks: Timing[] } {
  const hosts = story.hosts.map((host) => ({
    name: host.name,
    seconds: sum(wholeTasks(host).map(({ begin, end }) => end - begin)),
  }))
  const tasks = new Map<string, Timing>()
  for (const host of story.hosts)
    for (const { task, begin, end } of wholeTasks(host)) {
      const seconds = end - begin
      if (task !== '' && seconds > (tasks.get(task)?.seconds ?? 0)) tasks.set(task, { name: task, seconds })
    }
  const first = (timings: readonly Timing[]) =>
    timings.toSorted((one, other) => other.seconds - one.seconds).slice(0, most)
  return { hosts: first(hosts), tasks: first([...tasks.values()]) }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
