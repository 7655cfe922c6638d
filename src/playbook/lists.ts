import type { Scope } from '../template/api.ts'
import { createEngine } from '../template/engine.ts'
import type { Position } from '../values/position.ts'
import { hasTemplateMarks, TemplateText } from '../values/template-text.ts'
import { holdsTemplate } from '../values/text/holds-template.ts'
import type { Value } from '../values/value.ts'
import type { YamlNode } from '../yaml/node.ts'
import { toValue } from '../yaml/to-value.ts'
import type { Fields } from './fields.ts'
import type { Mistakes } from './mistakes.ts'

export interface Named {
  readonly name: string
  readonly position: Position
}

/** `notify`: names, some of which may hold templates. Only names without are known before the run. */
export function readNotify(
  fields: Fields,
  mistakes: Mistakes,
): { readonly values: readonly Value[]; readonly names: readonly Named[] } {
  const node = fields.node('notify')
  const items = node === undefined ? [] : node.kind === 'list' ? node.items : [node]
  const values: Value[] = []
  const names: Named[] = []
  for (const item of items) {
    const value = toValue(item)
    if (value instanceof TemplateText) {
      mistakes.templates(value)
      values.push(value)
      continue
    }
    const [name] = readTexts(item, 'notify', mistakes)
    if (name === undefined) continue
    values.push(name.name)
    names.push(name)
  }
  return { values, names }
}

/** `notify` and `listen`: one name or a list of names; a comma belongs to the name. */
export function readNames(fields: Fields, keyword: string, mistakes: Mistakes): Named[] {
  return readTexts(fields.node(keyword), keyword, mistakes)
}

/** `tags`: a list, or text with commas. */
export function readTags(fields: Fields, mistakes: Mistakes, known?: Scope): string[] {
  const node = fields.node('tags')
  if (node !== undefined && known !== undefined && holdsTemplate(toValue(node)))
    return templatedTags(node, known, mistakes)
  return readTexts(node, 'tags', mistakes).flatMap(({ name }) =>
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

/** Tags are decided before the run: their templates see extra variables, those of the play, of its blocks and roles. */
function templatedTags(node: YamlNode, known: Scope, mistakes: Mistakes): string[] {
  const value = toValue(node)
  mistakes.templates(value)
  try {
    const tags = createEngine(known, { directory: '/' }).resolve(value)
    return (Array.isArray(tags) ? tags.flat() : [tags]).flatMap((tag) =>
      String(tag)
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== ''),
    )
  } catch (error) {
    mistakes.add(
      node.position,
      `tags: ${(error as Error).message}`,
      'tags are decided before the run: use extra variables, or those of the play, its blocks and roles',
    )
    return []
  }
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
