import { readModeText } from '../../modules/mode-text.ts'
import type { Module } from '../../modules/module.ts'
import type { Parameter } from '../../modules/parameters.ts'
import type { Position } from '../../values/position.ts'
import { hasTemplateMarks, TemplateText } from '../../values/template-text.ts'
import type { Value } from '../../values/value.ts'
import type { YamlNode, YamlScalar } from '../../yaml/node.ts'
import { toValue } from '../../yaml/to-value.ts'
import { fieldsOf, isNull } from '../fields.ts'
import type { Mistakes } from '../mistakes.ts'
import { readConditions } from './conditions.ts'
import { readFreeForm } from './free-form.ts'

/** A task's arguments as written, and their places. */
export interface Arguments {
  readonly args: ReadonlyMap<string, Value>
  readonly positions: ReadonlyMap<string, Position>
}

/**
 * The arguments behind the module's name and those of `args:`. Free-form text is taken apart, modes are decided by
 * their text, conditions stay expressions; templates are checked, not evaluated.
 */
export function readArguments(
  module: Pick<Module, 'name' | 'spec'>,
  node: YamlNode,
  more: YamlNode | undefined,
  mistakes: Mistakes,
): Arguments {
  const args = new Map<string, Value>()
  const positions = new Map<string, Position>()
  for (const part of more === undefined ? [node] : [node, more]) {
    for (const { name, value, position } of readPart(module, part, mistakes)) {
      if (args.has(name))
        mistakes.add(position, `the argument '${name}' is given twice`, 'remove one of them')
      args.set(name, value)
      positions.set(name, position)
    }
  }
  return { args, positions }
}

interface Argument {
  readonly name: string
  readonly value: Value
  readonly position: Position
}

function readPart(module: Pick<Module, 'name' | 'spec'>, node: YamlNode, mistakes: Mistakes): Argument[] {
  if (isNull(node)) return []
  if (node.kind === 'scalar') return readText(module, node, mistakes)
  if (node.kind === 'list') {
    mistakes.add(node.position, `the arguments of ${module.name} are a mapping, not a list`)
    return []
  }
  const parameters = byName(module.spec.parameters)
  return fieldsOf(node).map(({ name, key, value }) => ({
    name,
    value: readValue(parameters.get(name), value, mistakes),
    position: key.position,
  }))
}

/** Text behind the module's name. */
function readText(
  { name, spec }: Pick<Module, 'name' | 'spec'>,
  node: YamlScalar,
  mistakes: Mistakes,
): Argument[] {
  const whole = toValue(node)
  if (spec.freeForm !== undefined && node.tag !== undefined) {
    return [{ name: spec.freeForm, value: whole, position: node.position }]
  }
  const text = whole instanceof TemplateText ? whole.source : whole
  if (typeof text !== 'string') {
    if (spec.freeForm !== undefined) {
      const message = `${name} takes text, and YAML reads this as something else`
      mistakes.add(node.position, message, 'put it into quotes')
      return []
    }
    mistakes.add(node.position, `the arguments of ${name} are a mapping`, 'write `parameter: value` lines')
    return []
  }
  if (spec.freeForm === undefined && /^\s*\{\{[\s\S]*\}\}\s*$/.test(text)) {
    mistakes.add(
      node.position,
      'all arguments in one template are not supported by muster yet',
      'write each parameter with a template of its own',
    )
    return []
  }
  const parameters = byName(spec.parameters)
  try {
    return [...readFreeForm(text, spec.freeForm, new Set(parameters.keys()))].map(([key, value]) => {
      const scalar: YamlScalar = { ...node, value, raw: value, quoted: true }
      return { name: key, value: readValue(parameters.get(key), scalar, mistakes), position: node.position }
    })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    mistakes.add(
      node.position,
      `${name}: ${error.message}`,
      'write the arguments as `parameter: value` lines',
    )
    return []
  }
}

function readValue(parameter: Parameter | undefined, node: YamlNode, mistakes: Mistakes): Value {
  if (parameter?.type === 'conditions' && !isNull(node)) return readConditions(node, mistakes)
  if (parameter?.type === 'mode' && node.kind === 'scalar') return readMode(node, mistakes)
  if (parameter?.type === 'expression' && node.kind === 'scalar' && typeof node.value === 'string') {
    if (!hasTemplateMarks(node.value)) mistakes.expression(node.value, node.position)
    return toValue(node)
  }
  const value = toValue(node)
  mistakes.templates(value)
  return value
}

/**
 * YAML reads a bare 0640 as the number 416, so a mode is decided by its text: with a leading zero it is octal, as the
 * user means it. A bare number without one is refused: Ansible makes 01204 of 644 (facts/modules.md, rule 1).
 */
function readMode(node: YamlScalar, mistakes: Mistakes): Value {
  if (typeof node.value !== 'number' && typeof node.value !== 'bigint') {
    const value = toValue(node)
    mistakes.templates(value)
    return value
  }
  const mode = node.raw.startsWith('0') ? readModeText(node.raw) : undefined
  if (mode === undefined) {
    const meant = readModeText(node.raw)
    mistakes.add(
      node.position,
      `the mode ${node.raw} is a number without a leading zero, which YAML does not read as octal`,
      meant === undefined ? "write it in octal and in quotes, like '0644'" : `write '${meant}'`,
    )
  }
  return mode ?? '0'
}

function byName(parameters: Readonly<Record<string, Parameter>>): Map<string, Parameter> {
  const names = new Map<string, Parameter>()
  for (const [name, parameter] of Object.entries(parameters)) {
    for (const word of [name, ...(parameter.aliases ?? [])]) names.set(word, parameter)
  }
  return names
}
