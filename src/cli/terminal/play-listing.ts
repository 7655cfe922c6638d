import type { Entry, Task } from '../../playbook/playbook.ts'
import { titleOf } from '../../playbook/tasks/title.ts'
import type { PlannedPlay } from '../../run/batch/plan-play.ts'
import { TemplateText } from '../../values/template-text.ts'
import { visible } from '../../values/text/visible.ts'
import type { Value } from '../../values/value.ts'

/** What is to be listed of each play. */
export interface Listed {
  readonly hosts: boolean
  readonly tasks: boolean
  readonly tags: boolean
}

/**
 * What `--list-hosts`, `--list-tasks` and `--list-tags` print, in the form of ansible-playbook (measured with 2.19.14):
 * of a block its tasks, not its rescue; no handlers; an include by its own name. Hosts are in the order of the run.
 */
export function playListing(playbook: string, plays: readonly PlannedPlay[], what: Listed): string {
  const lines = ['', `playbook: ${visible(playbook)}`]
  for (const [index, planned] of plays.entries()) {
    const { play, name, hosts, sections } = planned
    lines.push(
      '',
      `  play #${index + 1} (${pattern(play.hosts, ',')}): ${visible(name)}\tTAGS: ${list(play.tags)}`,
    )
    if (what.hosts) {
      lines.push(`    pattern: ['${pattern(play.hosts, "', '")}']`, `    hosts (${hosts.length}):`)
      lines.push(...hosts.map((host) => `      ${visible(host)}`))
    }
    if (what.tasks) {
      lines.push('    tasks:')
      for (const task of sections.flatMap(inOrder))
        lines.push(`      ${visible(titleOf(task))}\tTAGS: ${list(task.tags)}`)
    }
    if (what.tags) {
      const all = [play.preTasks, play.tasks, play.postTasks].flatMap((entries) => entries.flatMap(inBlock))
      lines.push(`      TASK TAGS: ${list([...new Set(all.flatMap(({ tags }) => tags))])}`)
    }
  }
  return `${lines.join('\n')}\n`
}

const inOrder = (entries: readonly Entry[]): Task[] => entries.flatMap(inBlock)

function inBlock(entry: Entry): Task[] {
  return entry.kind === 'task' ? [entry] : entry.block.flatMap(inBlock)
}

function list(tags: readonly string[]): string {
  return `[${tags
    .toSorted()
    .map((tag) => visible(tag))
    .join(', ')}]`
}

function pattern(hosts: Value, between: string): string {
  return (Array.isArray(hosts) ? hosts : [hosts]).map((part) => visible(source(part))).join(between)
}

/** As it was written. */
function source(value: Value): string {
  return value instanceof TemplateText ? value.source : String(value)
}
