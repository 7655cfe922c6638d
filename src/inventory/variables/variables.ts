import { CONNECTION_VARIABLES } from '../../connection/settings/variable-names.ts'
import { withSecrecy } from '../../values/masking/secret-names.ts'
import { MergingMap } from '../../values/merge-dicts.ts'
import type { Position } from '../../values/position.ts'
import { InputError, type Problem } from '../../values/problem.ts'
import { nearest } from '../../values/text/nearest.ts'
import { isVariableName, shownName, VARIABLE_NAME_WORDS } from '../../values/text/variable-name.ts'
import type { Value } from '../../values/value.ts'
import { isSopsValue } from '../../vault/sops.ts'
import type { YamlMap, YamlNode } from '../../yaml/node.ts'
import { toKey, toOpenValue, toValue } from '../../yaml/to-value.ts'
import { MAGIC_NAMES } from './magic-names.ts'

/** Variables as one place of an inventory sets them. */
export interface Variables {
  readonly values: Map<string, Value>
  readonly positions: Map<string, Position>
}

/** @param merge dicts are merged when they are set once more (`hash_behaviour = merge`) */
export function noVariables(merge = false): Variables {
  return { values: merge ? new MergingMap() : new Map(), positions: new Map() }
}

/** Sets what a mapping sets, later places over earlier ones; values are replaced whole, never merged. */
export function setVariables(into: Variables, map: YamlMap, warnings: Problem[]): void {
  for (const { key, value } of map.entries) {
    const name = String(toKey(key))
    warnOfName(name, key.position, warnings)
    setVariable(into, name, variableValue(name, value), value.position)
  }
}

/**
 * The value of a variable in a file. How a host is reached is used and shown as it is, so these settings stay open in an
 * encrypted file; passwords among them are secrets by their names.
 */
export function variableValue(name: string, node: YamlNode): Value {
  return CONNECTION_VARIABLES.has(name) ? toOpenValue(node) : toValue(node)
}

/**
 * Sets one variable; a name that muster sets itself is left alone.
 * @throws InputError for ciphertext of SOPS
 */
export function setVariable(into: Variables, name: string, value: Value, position: Position): void {
  if (MAGIC_NAMES.has(name)) return
  if (holdsCiphertext(value)) {
    throw new InputError([
      {
        message: `the value of ${name} is ciphertext of SOPS, which is no value`,
        position,
        hint: 'sops encrypts files of variables (YAML, JSON) as a whole; those are opened',
      },
    ])
  }
  into.values.set(name, withSecrecy(name, value))
  into.positions.set(name, position)
}

function holdsCiphertext(value: Value): boolean {
  if (typeof value === 'string') return isSopsValue(value)
  if (Array.isArray(value)) return value.some(holdsCiphertext)
  return value instanceof Map && [...value.values()].some(holdsCiphertext)
}

/** Warns of a name that has no effect, that no template can use, or that looks like a mistyped setting. */
export function warnOfName(name: string, position: Position, warnings: Problem[]): void {
  const oddity = oddName(name)
  if (oddity !== undefined) warnings.push({ ...oddity, position })
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
