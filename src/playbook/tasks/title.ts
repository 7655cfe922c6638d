import { TemplateText } from '../../values/template-text.ts'
import type { Task } from '../playbook.ts'
import { fullName } from '../roles/role.ts'

/** What a task is called before anything of it is evaluated: its name as it is written, or its module's, behind its role's. */
export function titleOf({ name, module, role }: Task): string {
  const own =
    name === undefined || name === null ? module : name instanceof TemplateText ? name.source : String(name)
  return role === undefined ? own : `${fullName(role)} : ${own}`
}
