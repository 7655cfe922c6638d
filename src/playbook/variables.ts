import { variableValue } from '../inventory/variables/variables.ts'
import { withSecrecy } from '../values/masking/secret-names.ts'
import { isVariableName, shownName, VARIABLE_NAME_WORDS } from '../values/text/variable-name.ts'
import type { Value } from '../values/value.ts'
import type { YamlNode } from '../yaml/node.ts'
import { type Fields, fieldsOf, isNull } from './fields.ts'
import type { Mistakes } from './mistakes.ts'

/** A mapping of variables: names checked, templates checked but not evaluated. */
export function readVariables(node: YamlNode | undefined, mistakes: Mistakes): ReadonlyMap<string, Value> {
  const variables = new Map<string, Value>()
  if (node === undefined || isNull(node)) return variables
  if (node.kind !== 'map') {
    mistakes.add(node.position, 'variables are a mapping of names to values', 'write `name: value` lines')
    return variables
  }
  for (const { name, key, value } of fieldsOf(node)) {
    if (!isVariableName(name)) {
      mistakes.add(key.position, `Invalid variable name '${shownName(name)}'.`, VARIABLE_NAME_WORDS)
    }
    const read = variableValue(name, value)
    mistakes.templates(read)
    variables.set(name, withSecrecy(name, read))
  }
  return variables
}

/** A keyword that names a variable (`register`, `loop_var`); no template may stand there. */
export function readVariableName(fields: Fields, name: string, mistakes: Mistakes): string | undefined {
  const node = fields.node(name)
  if (node === undefined) return undefined
  const value = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
  if (value !== undefined && isVariableName(value)) return value
  const shown = node.kind === 'scalar' ? `'${node.raw}'` : 'it'
  mistakes.add(
    node.position,
    `Invalid '${name}' specified: ${shown} is no variable name`,
    VARIABLE_NAME_WORDS,
  )
  return undefined
}
