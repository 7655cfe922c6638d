import { formatPosition } from '../../values/position.ts'
import { InputError } from '../../values/problem.ts'
import { didYouMean } from '../../values/text/nearest.ts'
import { visible } from '../../values/text/visible.ts'
import { columns } from '../columns.ts'
import { count, paint } from '../lines.ts'
import { type HostStory, outcomeOf, type Story, type TaskStory } from './story.ts'

/**
 * A run host by host, for a terminal: when each task began and how long it took, its result, what was said.
 *
 * @throws InputError when the run did not have the host
 */
export function storyText(
  story: Story,
  alive: boolean,
  { host, diff = false }: { readonly host?: string; readonly diff?: boolean },
): string {
  const hosts = host === undefined ? story.hosts : story.hosts.filter(({ name }) => name === host)
  if (host !== undefined && hosts.length === 0) {
    const names = story.hosts.map(({ name }) => name)
    throw new InputError([
      {
        message: `run ${story.run} has no task of a host ${visible(host)}`,
        hint: didYouMean(host, names) ?? 'muster runs show without --host shows all',
      },
    ])
  }
  const { run, mode, playbook, began, ended } = story
  const lines = [
    `run ${run}: ${mode} ${visible(playbook)}, ${began.toISOString()}, ${count(story.hosts.length, 'host')}: ${outcomeOf(story, alive)}${ended === undefined ? '' : ` in ${ended.seconds.toFixed(1)} s`}`,
    ...(story.stopped === undefined ? [] : [`stopped: ${visible(story.stopped)}`]),
    ...story.warnings.map((warning) => `warning: ${visible(warning)}`),
    ...hosts.flatMap((each) => ['', visible(each.name), ...hostLines(each, diff)]),
  ]
  return `${lines.join('\n')}\n`
}

function hostLines({ tasks }: HostStory, diff: boolean): string[] {
  const rows = columns(
    tasks.map((task) => [`${task.begin.toFixed(1)} s`, `+${(task.end - task.begin).toFixed(1)} s`]),
  )
  return tasks.flatMap((task, index) => [
    `  ${rows[index]}  ${told(task)}`,
    ...(diff ? task.diffs.flatMap((text) => text.split('\n').map((line) => `      ${line}`)) : []),
  ])
}

function told({ task, item, status, message, hint, position }: TaskStory): string {
  const bad = !['ok', 'changed', 'skipped'].includes(status)
  const place = bad && position !== undefined ? ` (${formatPosition(position)})` : ''
  const said = bad && message !== undefined ? `: ${visible(message)}` : ''
  const todo = bad && hint !== undefined ? `\n      what to do: ${visible(hint)}` : ''
  return `${paint(status, status)} ${visible(task)}${item === undefined ? '' : ` => (item=${visible(item)})`}${place}${said}${todo}`
}
