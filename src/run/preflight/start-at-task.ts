import { globExpression } from '../../inventory/sources/glob.ts'
import { tasksIn } from '../../playbook/entries.ts'
import type { Entry, Task } from '../../playbook/playbook.ts'
import { titleOf } from '../../playbook/tasks/title.ts'
import { InputError } from '../../values/problem.ts'
import { TemplateText } from '../../values/template-text.ts'
import { didYouMean } from '../../values/text/nearest.ts'
import type { PlannedPlay } from '../batch/plan-play.ts'

/**
 * The plays from the first task on whose name a pattern means (`--start-at-task`): of its play what comes before it is gone,
 * tagged `always` or not, and of plays before all. Names are as they are written, with the role's in front or without it;
 * what is included at its turn is not looked into, as in Ansible.
 * @throws InputError when there is none (Ansible runs nothing, and says so at the end)
 */
export function startAtTask(plays: readonly PlannedPlay[], pattern: string): PlannedPlay[] {
  const expression = globExpression(pattern)
  const isMeant = (task: Task) => namesOf(task).some((name) => name === pattern || expression.test(name))
  for (const [at, planned] of plays.entries()) {
    if (planned.hosts.length === 0) continue
    for (const [index, section] of planned.sections.entries()) {
      const rest = from(section, isMeant)
      if (rest === undefined) continue
      const sections = planned.sections.map((each, other) =>
        other < index ? [] : other === index ? rest : each,
      )
      return [{ ...planned, sections }, ...plays.slice(at + 1)]
    }
  }
  const names = plays.flatMap(({ sections }) => sections.flatMap(tasksIn)).flatMap(namesOf)
  throw new InputError([
    {
      message: `--start-at-task: No matching task "${pattern}" found`,
      hint:
        didYouMean(pattern, names) ??
        'it is the name of a task, or a pattern of it such as "install*"; what is included at its turn cannot be named',
    },
  ])
}

/** What is left of a list from the first task on that is meant; undefined when none is. A rescue is not begun with. */
function from(entries: readonly Entry[], isMeant: (task: Task) => boolean): readonly Entry[] | undefined {
  for (const [index, entry] of entries.entries()) {
    const rest = entries.slice(index + 1)
    if (entry.kind === 'task') {
      if (isMeant(entry)) return [entry, ...rest]
      continue
    }
    const block = from(entry.block, isMeant)
    if (block !== undefined) return [{ ...entry, block }, ...rest]
    const always = from(entry.always, isMeant)
    if (always !== undefined) return [{ ...entry, block: [], rescue: [], always }, ...rest]
  }
  return undefined
}

function namesOf(task: Task): string[] {
  const { name } = task
  const own =
    name === undefined || name === null ? [] : [name instanceof TemplateText ? name.source : String(name)]
  return [...own, titleOf(task)]
}
