import type { Module } from '../../../modules/module.ts'
import type { Task } from '../../../playbook/playbook.ts'
import { fullName } from '../../../playbook/roles/role.ts'
import type { TemplateEngine } from '../../../template/api.ts'
import { Secret } from '../../../values/secret.ts'
import { TemplateText } from '../../../values/template-text.ts'
import { NotYetThere } from '../../batch/progress.ts'

/** What a task is called in all output: with the role's name in front where it is of one. */
export function taskName(module: Module, task: Task, name: string): string {
  if (module.flow === 'role')
    return task.name === undefined
      ? `${task.module} : ${task.args.get('name') ?? task.args.get('role')}`
      : name
  return task.role === undefined ? name : `${fullName(task.role)} : ${name}`
}

/** The name that a task was given, or its module's; the template of one that cannot be evaluated. */
export function ownName(engine: TemplateEngine, task: Task): string {
  if (task.name === undefined || task.name === null) return task.module
  try {
    const name = engine.resolve(task.name)
    return name instanceof Secret || typeof name === 'string' ? String(name) : JSON.stringify(name)
  } catch (error) {
    if (error instanceof NotYetThere) throw error
    // A name that cannot be evaluated is shown as it was written; the task itself is not hurt by it.
    return task.name instanceof TemplateText ? task.name.source : String(task.name)
  }
}
