import type { Position } from '../../values/position.ts'
import { InputError, type Problem } from '../../values/problem.ts'
import { BOOLEAN_WORDS, readBoolean } from '../../values/text/boolean-words.ts'
import { didYouMean } from '../../values/text/nearest.ts'
import type { Value } from '../../values/value.ts'
import type { YamlMap, YamlNode } from '../../yaml/node.ts'
import { toValue } from '../../yaml/to-value.ts'

/** An expression of a plugin file; no text is an error when it is evaluated. */
export interface Expression {
  readonly name: string
  readonly value: Value
  readonly position: Position
}

export interface KeyedGroup {
  readonly key: Expression
  readonly prefix: string
  readonly separator: string
  readonly parentGroup: Value | undefined
  readonly defaultValue: string | undefined
  readonly trailingSeparator: boolean
}

/** What a file of the plugin `constructed` asks for. */
export interface ConstructedOptions {
  readonly strict: boolean
  readonly useVarsPlugins: boolean
  readonly leadingSeparator: boolean
  readonly compose: readonly Expression[]
  readonly groups: readonly Expression[]
  readonly keyedGroups: readonly KeyedGroup[]
}

const OPTIONS = [
  'plugin',
  'strict',
  'compose',
  'groups',
  'keyed_groups',
  'use_vars_plugins',
  'leading_separator',
]
const NOT_OBEYED = [
  'use_extra_vars',
  'cache',
  'cache_plugin',
  'cache_timeout',
  'cache_connection',
  'cache_prefix',
]
const OF_KEYED = ['key', 'prefix', 'separator', 'parent_group', 'default_value', 'trailing_separator']

/** Reads the options of a plugin file. @throws InputError with all that is wrong; an option is obeyed or refused */
export function readOptions(root: YamlMap): ConstructedOptions {
  const reader = new OptionReader()
  for (const { key, value } of root.entries) {
    const off = value.kind === 'scalar' && readBoolean(value.value) === false
    if (NOT_OBEYED.includes(key.raw) && !off) {
      reader.problem(`constructed: ${key.raw} is an option that muster does not have`, key.position)
    } else if (!OPTIONS.includes(key.raw) && !NOT_OBEYED.includes(key.raw)) {
      reader.problem(`constructed: there is no option ${key.raw}`, key.position, didYouMean(key.raw, OPTIONS))
    }
  }
  const options: ConstructedOptions = {
    strict: reader.boolean(root, 'strict', false),
    useVarsPlugins: reader.boolean(root, 'use_vars_plugins', false),
    leadingSeparator: reader.boolean(root, 'leading_separator', true),
    compose: reader.expressions(root, 'compose'),
    groups: reader.expressions(root, 'groups'),
    keyedGroups: reader.keyedGroups(root),
  }
  if (reader.problems.length > 0) throw new InputError(reader.problems)
  return options
}

class OptionReader {
  readonly problems: Problem[] = []

  boolean(map: YamlMap, name: string, otherwise: boolean): boolean {
    const node = field(map, name)
    if (node === undefined) return otherwise
    const value = readBoolean(toValue(node))
    if (value === undefined)
      this.problem(`constructed: ${name} must be a boolean`, node.position, BOOLEAN_WORDS)
    return value ?? otherwise
  }

  expressions(map: YamlMap, name: string): Expression[] {
    const node = field(map, name)
    if (node === undefined || isNull(node)) return []
    if (node.kind !== 'map') {
      this.problem(`constructed: ${name} must be a mapping of names to expressions`, node.position)
      return []
    }
    for (const { key } of node.entries) {
      if (typeof key.value === 'string') continue
      const hint = `put it in quotes: "${key.raw}"`
      this.problem(`constructed: ${key.raw} is no name: YAML does not read it as text`, key.position, hint)
    }
    return node.entries.map(({ key, value }) => ({
      name: key.raw,
      value: toValue(value),
      position: value.position,
    }))
  }

  keyedGroups(map: YamlMap): KeyedGroup[] {
    const node = field(map, 'keyed_groups')
    if (node === undefined || isNull(node)) return []
    if (node.kind !== 'list') {
      this.problem('constructed: keyed_groups must be a list', node.position)
      return []
    }
    return node.items.flatMap((item) => this.#keyedGroup(item) ?? [])
  }

  #keyedGroup(item: YamlNode): KeyedGroup | undefined {
    if (item.kind !== 'map') {
      this.problem('constructed: an entry of keyed_groups must be a mapping', item.position)
      return undefined
    }
    for (const { key } of item.entries) {
      if (!OF_KEYED.includes(key.raw)) {
        const hint = didYouMean(key.raw, OF_KEYED)
        this.problem(`constructed: keyed_groups has no option ${key.raw}`, key.position, hint)
      }
    }
    const key = field(item, 'key')
    if (key === undefined) {
      this.problem('constructed: an entry of keyed_groups needs a key', item.position)
      return undefined
    }
    const parent = field(item, 'parent_group')
    const defaultValue = this.#text(item, 'default_value')
    if (defaultValue !== undefined && field(item, 'trailing_separator') !== undefined) {
      this.problem('constructed: default_value and trailing_separator exclude each other', item.position)
    }
    return {
      key: { name: key.kind === 'scalar' ? key.raw : 'key', value: toValue(key), position: key.position },
      prefix: this.#text(item, 'prefix') ?? '',
      separator: this.#text(item, 'separator') ?? '_',
      parentGroup: parent === undefined || isNull(parent) ? undefined : toValue(parent),
      defaultValue,
      trailingSeparator: this.boolean(item, 'trailing_separator', true),
    }
  }

  #text(map: YamlMap, name: string): string | undefined {
    const node = field(map, name)
    if (node === undefined || isNull(node)) return undefined
    if (node.kind === 'scalar') return node.raw
    this.problem(`constructed: ${name} must be text`, node.position)
    return undefined
  }

  problem(message: string, position: Position, hint?: string): void {
    this.problems.push({ message, position, hint })
  }
}

function field(map: YamlMap, name: string): YamlNode | undefined {
  return map.entries.find(({ key }) => key.raw === name)?.value
}

function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null
}
