import { CONNECTION_VARIABLES } from '../connection/variable-names.ts'
import { nearest } from '../values/nearest.ts'
import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { withSecrecy } from '../values/secret-names.ts'
import type { Value } from '../values/value.ts'
import { isVariableName, shownName, VARIABLE_NAME_WORDS } from '../values/variable-name.ts'
import type { YamlMap } from '../yaml/node.ts'
import { toKey, toValue } from '../yaml/to-value.ts'
import { MAGIC_NAMES } from './magic-names.ts'

/** Variables as one place of an inventory sets them. */
export interface Variables {
  readonly values: Map<string, Value>
  readonly positions: Map<string, Position>
}

export function noVariables(): Variables {
  return { values: new Map(), positions: new Map() }
}

/** Sets what a mapping sets, later places over earlier ones; values are replaced whole, never merged. */
export function setVariables(into: Variables, map: YamlMap, warnings: Problem[]): void {
  for (const { key, value } of map.entries) {
    const name = String(toKey(key))
    const oddity = oddName(name)
    if (oddity !== undefined) warnings.push({ ...oddity, position: key.position })
    if (MAGIC_NAMES.has(name)) continue
    into.values.set(name, withSecrecy(name, toValue(value)))
    into.positions.set(name, value.position)
  }
}

function oddName(name: string): { message: string; hint?: string } | undefined {
  if (MAGIC_NAMES.has(name)) {
    return { message: `the variable ${name} is set by muster itself; what is written here has no effect` }
  }
  if (!isVariableName(name)) {
    return {
      message: `no template can name the variable ${JSON.stringify(shownName(name))}`,
      hint: VARIABLE_NAME_WORDS,
    }
  }
  if (!name.startsWith('ansible_') || CONNECTION_VARIABLES.has(name)) return undefined
  const meant = nearest(name, CONNECTION_VARIABLES)
  return meant === undefined
    ? undefined
    : { message: `the variable ${name} has no meaning for connections`, hint: `did you mean "${meant}"?` }
}
