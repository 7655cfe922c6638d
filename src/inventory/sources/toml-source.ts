import { parse, TomlDate, TomlError } from 'smol-toml'
import { Float } from '../../values/float.ts'
import type { Position } from '../../values/position.ts'
import { InputError } from '../../values/problem.ts'
import { integer } from '../../values/value.ts'
import type { YamlMap, YamlNode, YamlScalar } from '../../yaml/node.ts'
import { parseTimestamp } from '../../yaml/timestamp.ts'
import type { InventoryBuilder, Source } from '../builder.ts'
import { addYamlSource } from './yaml-source.ts'

/** Levels; below the stack's end, above any inventory. */
const MAX_DEPTH = 200

/**
 * Adds what an inventory in Ansible's TOML form says: a table a group, with `hosts` and `vars` as tables and `children`
 * as a list of names. The library tells no places of values, so messages name the file and the group.
 * @param secret the file was encrypted as a whole: its values are secrets
 * @throws InputError for a syntax error
 */
export function addTomlSource(
  builder: InventoryBuilder,
  text: string,
  file: string,
  source: Source,
  secret = false,
): void {
  const plain = node(parsed(text, file), { file }) as YamlMap
  const root = secret ? (hidden(plain) as YamlMap) : plain
  addYamlSource(builder, { ...root, entries: root.entries.map(withChildren) }, source)
}

function parsed(text: string, file: string): unknown {
  try {
    return parse(text, { integersAsBigInt: true, maxDepth: MAX_DEPTH })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    // The rest of the message is an excerpt, which may hold a password.
    const reason = error.message.split('\n', 1)[0]!.replace('Invalid TOML document: ', '')
    const position = { file, line: error.line, column: error.column }
    throw new InputError([{ message: `not valid TOML: ${reason}`, position }])
  }
}

/** A group with its list of children as the mapping that the YAML form has. */
function withChildren({ key, value }: YamlMap['entries'][number]): YamlMap['entries'][number] {
  if (value.kind !== 'map') return { key, value }
  const entries = value.entries.map((entry) => {
    if (entry.key.raw !== 'children' || entry.value.kind !== 'list') return entry
    const names = entry.value.items.map((item) => {
      const { position } = item
      if (item.kind === 'scalar') return { key: item, value: scalar(null, position) }
      throw new InputError([{ message: `children of the group ${key.raw} must be names`, position }])
    })
    return { ...entry, value: map(names, entry.value.position) }
  })
  return { key, value: map(entries, value.position) }
}

function node(value: unknown, position: Position, depth = 0): YamlNode {
  if (depth > MAX_DEPTH) {
    // Dotted keys are not bounded by the library.
    const message = `values are nested more than ${MAX_DEPTH} levels deep`
    throw new InputError([{ message, position }])
  }
  if (Array.isArray(value))
    return { kind: 'list', items: value.map((item) => node(item, position, depth + 1)), position }
  if (typeof value === 'bigint') return scalar(integer(value), position)
  if (typeof value === 'number') return scalar(new Float(value), position)
  if (value instanceof TomlDate) {
    const iso = value.toISOString()
    return scalar(value.isTime() ? iso : (parseTimestamp(iso) ?? iso), position)
  }
  if (typeof value === 'string' || typeof value === 'boolean') return scalar(value, position)
  const entries = Object.entries(value as Record<string, unknown>)
  return map(
    entries.map(([key, item]) => ({ key: scalar(key, position), value: node(item, position, depth + 1) })),
    position,
  )
}

function hidden(node: YamlNode): YamlNode {
  if (node.kind === 'list') return { ...node, items: node.items.map(hidden) }
  if (node.kind === 'scalar') return { ...node, hidden: true }
  return map(
    node.entries.map(({ key, value }) => ({ key, value: hidden(value) })),
    node.position,
  )
}

function scalar(value: YamlScalar['value'], position: Position): YamlScalar {
  return { kind: 'scalar', value, raw: value === null ? '' : String(value), quoted: true, position }
}

function map(entries: YamlMap['entries'], position: Position): YamlMap {
  return { kind: 'map', entries, repeated: [], position }
}
