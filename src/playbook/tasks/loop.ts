import { lookupNames } from '../../template/lookups/index.ts'
import { TemplateText } from '../../values/template-text.ts'
import { didYouMean } from '../../values/text/nearest.ts'
import { shownName } from '../../values/text/variable-name.ts'
import type { Value } from '../../values/value.ts'
import { toValue } from '../../yaml/to-value.ts'
import { type Field, Fields, fieldsOf, isNull, refuseUnknown } from '../fields.ts'
import type { Mistakes } from '../mistakes.ts'
import type { LoopControl, Task } from '../playbook.ts'
import { readVariableName } from '../variables.ts'
import { readConditions } from './conditions.ts'

/** `with_items` and its like: the word, and the lookup that it names. */
const WITH = /^with_(?:(?:ansible\.(?:builtin|legacy)|community\.general)\.)?(\w+)$/

/** Lookups of collections that people loop with and that muster has not. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  filetree:
    'copy a whole folder with `copy` (a folder as src), or use with_fileglob for the files of one folder',
  subdict: 'use `loop` with the filter dict2items',
}

/** Whether a key of a task is an old word for `loop`. */
export function isLoopWord(name: string): boolean {
  return name.startsWith('with_')
}

/** `loop`, or one `with_NAME`. Ansible refuses most mistakes too, but when the task's turn comes. */
export function readLoop(
  entries: readonly Field[],
  fields: Fields,
  mistakes: Mistakes,
): Pick<Task, 'loop' | 'loopWith'> {
  const loop = readPlainLoop(fields, mistakes)
  const withs = entries.filter(({ name }) => isLoopWord(name))
  const [first, second] = withs
  if (first === undefined) return { loop }
  if (second !== undefined || fields.written('loop') !== undefined) {
    const words = [
      ...(fields.written('loop') === undefined ? [] : ['loop']),
      ...withs.map(({ name }) => name),
    ]
    mistakes.add((second ?? first).key.position, `duplicate loop in task: ${words.join(', ')}`, 'keep one')
    return { loop: undefined }
  }
  return readWith(first, mistakes)
}

/** A list, or a template that gives one. */
function readPlainLoop(fields: Fields, mistakes: Mistakes): Value | undefined {
  const node = fields.node('loop')
  if (node === undefined) return undefined
  const value = toValue(node)
  mistakes.templates(value)
  if (Array.isArray(value) || value instanceof TemplateText) return value
  mistakes.add(node.position, 'loop takes a list', 'of a mapping: loop: "{{ mapping | dict2items }}"')
  return undefined
}

function readWith({ name, key, value }: Field, mistakes: Mistakes): Pick<Task, 'loop' | 'loopWith'> {
  const [, lookup = ''] = WITH.exec(name) ?? []
  if (!lookupNames().includes(lookup)) {
    const known = lookupNames().map((each) => `with_${each}`)
    const hint = Object.hasOwn(ELSEWHERE, lookup)
      ? ELSEWHERE[lookup]
      : (didYouMean(name, known) ?? 'use `loop`, with a filter or a lookup that makes the list')
    mistakes.add(key.position, `'${shownName(name)}' is no loop that muster knows`, hint)
    return { loop: undefined }
  }
  if (isNull(value)) {
    mistakes.add(key.position, `you must specify a value when using ${name}`, 'leave it out, or write `[]`')
    return { loop: undefined }
  }
  const terms = toValue(value)
  mistakes.templates(terms)
  return { loop: terms, loopWith: lookup }
}

/** `loop_control` of a task; what is wrong in it goes to `mistakes`, and the default stands in for it. */
export function readLoopControl(fields: Fields, mistakes: Mistakes): LoopControl {
  const node = fields.node('loop_control')
  if (node === undefined) return { loopVar: 'item' }
  if (node.kind !== 'map') {
    mistakes.add(node.position, 'loop_control is a mapping', 'like `loop_control: {loop_var: user}`')
    return { loopVar: 'item' }
  }
  const entries = fieldsOf(node)
  refuseUnknown(entries, 'loop_control', mistakes)
  const control = new Fields(entries, mistakes)
  const breakWhen = control.node('break_when')
  const optional = {
    indexVar: readVariableName(control, 'index_var', mistakes),
    label: control.text('label'),
    pause: control.seconds('pause'),
    extended: control.boolean('extended'),
    extendedAllItems: control.boolean('extended_allitems'),
    breakWhen: breakWhen === undefined ? undefined : readConditions(breakWhen, mistakes),
  }
  return {
    loopVar: readVariableName(control, 'loop_var', mistakes) ?? 'item',
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  }
}
