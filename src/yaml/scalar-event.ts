import { getScalarValue, SCALAR_STYLE } from 'js-yaml'
import type { Position } from '../values/position.ts'
import type { YamlScalar } from './node.ts'
import { type Typed, typePlain, typeTagged } from './plain.ts'
import type { Event, Tag } from './tags.ts'

export type Of<T extends Event['type']> = Extract<Event, { type: T }>
export type Collection = Of<2> | Of<3>
export type LocalTag = 'unsafe' | 'secret' | 'vault'

/**
 * The text of a scalar. Block text whose last line has no end in the file has none in the value either, as in PyYAML.
 */
export function scalarText(source: string, event: Of<4>): string {
  const text = getScalarValue(source, event)
  const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK
  const isOpen = event.valueEnd === source.length && !/[\r\n]$/.test(source)
  return isBlock && isOpen && text.endsWith('\n') ? text.slice(0, -1) : text
}

/** Marks of YAML 1.1 that mean nothing as values and are text (or the merge key) as keys. */
export const WORDS_AS_KEYS = new Set(['<<', '='])

/** A tag as written. */
export function tagText(source: string, event: Collection | Of<4>): string {
  return source.slice(event.tagStart, event.tagEnd)
}

/** What stands in place of a node that was refused. */
export function nothing(position: Position): YamlScalar {
  return { kind: 'scalar', value: null, raw: '', quoted: false, position }
}

/** Local tags keep text as text; what has no tag and no quotes is typed. */
export function typeScalar(
  raw: string,
  quoted: boolean,
  tag: Tag | undefined,
  local: LocalTag | undefined,
): Typed {
  if (tag?.kind === 'standard') return typeTagged(raw, tag.name)
  if (tag !== undefined || quoted || local === 'secret') return { value: raw }
  return typePlain(raw)
}
