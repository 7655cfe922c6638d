import type { Problem } from '../values/problem.ts'
import { didYouMean } from '../values/text/nearest.ts'
import { allTasksIn } from './entries.ts'
import type { Playbook } from './playbook.ts'

/** What the command line says: `--tags` (empty: everything that is not `never`) and `--skip-tags`. */
export interface TagSelection {
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
}

const SPECIAL = ['all', 'always', 'never', 'tagged', 'untagged']

/** Whether a task runs by its tags (facts/plays.md, section 12). Skipping wins, also over `always`. */
export function selected(tags: readonly string[], selection: TagSelection): boolean {
  const own = tags.length === 0 ? ['untagged'] : tags
  return isWanted(own, selection.tags) && !isSkipped(own, selection.skipTags)
}

function isWanted(own: readonly string[], only: readonly string[]): boolean {
  if (own.includes('always')) return true
  if (own.some((tag) => only.includes(tag))) return true
  if (own.includes('never')) return false
  if (only.length === 0 || only.includes('all')) return true
  return only.includes('tagged') && !own.includes('untagged')
}

function isSkipped(own: readonly string[], skip: readonly string[]): boolean {
  if (own.some((tag) => skip.includes(tag))) return true
  if (skip.includes('all')) return !own.includes('always')
  return skip.includes('tagged') && !own.includes('untagged')
}

/**
 * Tags of the command line that no task of the playbook has. Ansible runs without a word, and most likely does
 * nothing at all.
 */
export function checkTags(playbook: Playbook, selection: TagSelection): Problem[] {
  const known = new Set(SPECIAL)
  for (const play of playbook.plays) {
    for (const task of [
      ...[play.preTasks, play.tasks, play.postTasks].flatMap(allTasksIn),
      ...play.handlers.flat(),
    ]) {
      for (const tag of task.tags) known.add(tag)
    }
  }
  const check = (option: string, tags: readonly string[]): Problem[] =>
    tags
      .filter((tag) => !known.has(tag))
      .map((tag) => ({
        message: `${option}: no task has the tag '${tag}'`,
        position: { file: playbook.file },
        hint: didYouMean(tag, known) ?? `tags there: ${[...known].sort().join(', ')}`,
      }))
  return [...check('--tags', selection.tags), ...check('--skip-tags', selection.skipTags)]
}
