import type { Problem } from '../../values/problem.ts'
import { integer } from '../../values/value.ts'
import type { InventoryBuilder } from '../builder.ts'

/**
 * Takes `ansible_group_priority` out of a group's variables, as Ansible does: it counts in the inventory only, not in
 * `group_vars`.
 * @returns the problem of one that is no integer
 */
export function takePriority(builder: InventoryBuilder, group: string): Problem | undefined {
  const { variables } = builder.addGroup(group)
  const value = variables.values.get('ansible_group_priority')
  if (value === undefined) return undefined
  const position = variables.positions.get('ansible_group_priority')
  variables.values.delete('ansible_group_priority')
  variables.positions.delete('ansible_group_priority')
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : ''
  const priority = /^[-+]?\d+$/.test(text) ? integer(BigInt(text.replace('+', ''))) : undefined
  if (typeof priority !== 'number') return { message: 'ansible_group_priority must be an integer', position }
  builder.setPriority(group, priority)
  return undefined
}
