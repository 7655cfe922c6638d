import { TemplateText } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import { toValue } from '../../yaml/to-value.ts'
import { Fields, fieldsOf, refuseUnknown } from '../fields.ts'
import type { Mistakes } from '../mistakes.ts'
import type { Task } from '../playbook.ts'
import { readVariableName } from '../variables.ts'

/** `loop`: a list, or a template that gives one. Ansible refuses the rest too, but when the task's turn comes. */
export function readLoop(fields: Fields, mistakes: Mistakes): Value | undefined {
  const node = fields.node('loop')
  if (node === undefined) return undefined
  const value = toValue(node)
  mistakes.templates(value)
  if (Array.isArray(value) || value instanceof TemplateText) return value
  mistakes.add(node.position, 'loop takes a list', 'of a mapping: loop: "{{ mapping | dict2items }}"')
  return undefined
}

export function readLoopControl(fields: Fields, mistakes: Mistakes): Task['loopControl'] {
  const node = fields.node('loop_control')
  if (node === undefined) return { loopVar: 'item' }
  if (node.kind !== 'map') {
    mistakes.add(node.position, 'loop_control is a mapping', 'like `loop_control: {loop_var: user}`')
    return { loopVar: 'item' }
  }
  const entries = fieldsOf(node)
  refuseUnknown(entries, 'loop_control', mistakes)
  const control = new Fields(entries, mistakes)
  const indexVar = readVariableName(control, 'index_var', mistakes)
  const label = control.text('label')
  return {
    loopVar: readVariableName(control, 'loop_var', mistakes) ?? 'item',
    ...(indexVar === undefined ? {} : { indexVar }),
    ...(label === undefined ? {} : { label }),
  }
}
