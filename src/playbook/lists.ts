import type { Position } from '../values/position.ts'
import { hasTemplateMarks } from '../values/template-text.ts'
import type { Value } from '../values/value.ts'
import type { YamlNode } from '../yaml/node.ts'
import { toValue } from '../yaml/to-value.ts'
import type { Fields } from './fields.ts'
import type { Mistakes } from './mistakes.ts'

export interface Named {
  readonly name: string
  readonly position: Position
}

/** `notify` and `listen`: one name or a list of names; a comma belongs to the name. */
export function readNames(fields: Fields, keyword: string, mistakes: Mistakes): Named[] {
  return readTexts(fields.node(keyword), keyword, mistakes)
}

/** `tags`: a list, or text with commas. */
export function readTags(fields: Fields, mistakes: Mistakes): string[] {
  return readTexts(fields.node('tags'), 'tags', mistakes).flatMap(({ name }) =>
    name
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  )
}

function readTexts(node: YamlNode | undefined, keyword: string, mistakes: Mistakes): Named[] {
  if (node === undefined) return []
  const items = node.kind === 'list' ? node.items : [node]
  return items.flatMap((item) => {
    const isText = item.kind === 'scalar' && typeof item.value === 'string' && item.tag === undefined
    if (!isText || item.value === '') {
      mistakes.add(item.position, `${keyword} takes a name or a list of names`, 'put a number into quotes')
      return []
    }
    if (hasTemplateMarks(item.raw)) {
      mistakes.add(
        item.position,
        `templates in ${keyword} are not supported by muster yet`,
        'write the name itself',
      )
      return []
    }
    return [{ name: String(item.value), position: item.position }]
  })
}

/** `environment`: a mapping or a list of mappings, names that a shell can export, values that are one text each. */
export function readEnvironment(fields: Fields, mistakes: Mistakes): Value | undefined {
  const node = fields.node('environment')
  if (node === undefined) return undefined
  const value = toValue(node)
  mistakes.templates(value)
  for (const part of node.kind === 'list' ? node.items : [node]) checkEnvironment(part, mistakes)
  return value
}

function checkEnvironment(node: YamlNode, mistakes: Mistakes): void {
  if (node.kind === 'scalar' && typeof node.value === 'string' && hasTemplateMarks(node.value)) return
  if (node.kind !== 'map') {
    mistakes.add(node.position, 'environment takes a mapping of names to values', 'write `NAME: value` lines')
    return
  }
  for (const { key, value } of node.entries) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key.raw)) {
      mistakes.add(key.position, `'${key.raw}' is no name of an environment variable`)
    }
    if (value.kind !== 'scalar') {
      mistakes.add(value.position, `the environment variable ${key.raw} takes one text`)
    }
  }
}
