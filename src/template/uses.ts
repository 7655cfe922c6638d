import type { Position } from '../values/position.ts'
import { TemplateText } from '../values/template-text.ts'
import { TemplateError } from './api.ts'
import { bareExpression, templateFile, templateOf } from './evaluator/templates.ts'
import type { Expression } from './parser/nodes.ts'
import { walkExpression, walkStatements } from './parser/walk.ts'

/** Text to look through: a template, an expression without braces, or a template file's text. */
export type TemplateSource =
  | TemplateText
  | { readonly expression: string; readonly position?: Position | undefined }
  | { readonly source: string; readonly file: string }

/** How a text uses variables, as far as it shows without evaluating. */
export interface Uses {
  /** Every name that is read. */
  readonly names: ReadonlySet<string>
  /** Every constant key that is read of anything, and every constant text: `x.key`, `x['key']`, `map('extract', x, 'key')`. */
  readonly words: ReadonlySet<string>
  /** The constant keys that are read of a name: `a.b`, `a['b']`, `a.get('b')`; with the place of the first. */
  keysOf(name: string): ReadonlyMap<string, Position | undefined>
  /** The constant keys of a name that may be missing: tested with `is defined`, or with a `default`. */
  optionalKeysOf(name: string): ReadonlySet<string>
  /** Set when a name is used otherwise too, so that any of its keys may be read; with the place of the first time. */
  wholeOf(name: string): { readonly position: Position | undefined } | undefined
}

interface Found {
  readonly keys: Map<string, Position | undefined>
  readonly optional: Set<string>
  whole: { readonly position: Position | undefined } | undefined
}

/**
 * Which names a text uses, and which keys of them. A text with a mistake uses nothing: it is refused elsewhere.
 */
export function usesIn(source: TemplateSource): Uses {
  const found = new Map<string, Found>()
  const of = (name: string): Found => {
    let known = found.get(name)
    if (known === undefined) {
      known = { keys: new Map(), optional: new Set(), whole: undefined }
      found.set(name, known)
    }
    return known
  }
  const accounted = new Set<Expression>()
  const words = new Set<string>()
  eachExpression(source, (expression, locate) => {
    const word = wordOf(expression)
    if (word !== undefined) words.add(word)
    const guarded = guardedBy(expression)
    const optional = guarded === undefined ? undefined : constantKey(guarded)
    if (guarded?.kind === 'name' && expression.kind === 'test') {
      of(guarded.name)
      accounted.add(guarded)
    }
    if (optional !== undefined) of(optional.name).optional.add(optional.key)
    if (accounted.has(expression)) return
    const read = constantKey(expression)
    if (read !== undefined) {
      for (const part of read.parts) accounted.add(part)
      const { keys } = of(read.name)
      if (!keys.has(read.key)) keys.set(read.key, locate(expression.at))
    } else if (expression.kind === 'name') {
      of(expression.name).whole ??= { position: locate(expression.at) }
    }
  })
  return {
    names: new Set(found.keys()),
    words,
    keysOf: (name) => found.get(name)?.keys ?? new Map(),
    optionalKeysOf: (name) => found.get(name)?.optional ?? new Set(),
    wholeOf: (name) => found.get(name)?.whole,
  }
}

type Visit = (expression: Expression, locate: (at: number) => Position | undefined) => void

function eachExpression(source: TemplateSource, visit: Visit): void {
  try {
    if ('expression' in source) {
      const { expression, locate } = bareExpression(source.expression, source.position)
      walkExpression(expression, (each) => visit(each, locate))
      return
    }
    const template =
      source instanceof TemplateText ? templateOf(source) : templateFile(source.source, source.file, {})
    walkStatements(template.body, (each) => visit(each, template.locate))
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
  }
}

function wordOf(expression: Expression): string | undefined {
  if (expression.kind === 'attribute') return expression.name
  return expression.kind === 'constant' && typeof expression.value === 'string' ? expression.value : undefined
}

/** The value that a test for being there, or a default, is about: `X is defined`, `X | default(...)`. */
function guardedBy(expression: Expression): Expression | undefined {
  if (expression.kind === 'test' && ['defined', 'undefined'].includes(expression.name)) return expression.of
  if (expression.kind === 'filter' && ['default', 'd'].includes(expression.name)) return expression.of
  return undefined
}

/** `name.key`, `name['key']` or `name.get('key')`, also when more is read of what they give. */
function constantKey(
  expression: Expression,
): { readonly name: string; readonly key: string; readonly parts: readonly Expression[] } | undefined {
  if (expression.kind === 'call') {
    const { of, args } = expression
    const [first] = args.positional
    if (of.kind !== 'attribute' || of.of.kind !== 'name' || of.name !== 'get') return undefined
    if (first?.kind !== 'constant' || typeof first.value !== 'string') return undefined
    return { name: of.of.name, key: first.value, parts: [of, of.of] }
  }
  if (expression.kind === 'attribute' && expression.of.kind === 'name') {
    if (DICT_METHODS.has(expression.name)) return undefined
    return { name: expression.of.name, key: expression.name, parts: [expression.of] }
  }
  if (expression.kind === 'item' && expression.of.kind === 'name' && expression.index.kind === 'constant') {
    const key = expression.index.value
    if (typeof key === 'string') return { name: expression.of.name, key, parts: [expression.of] }
  }
  return undefined
}

/** Attributes of a dict that are no keys, and read all of it. */
const DICT_METHODS = new Set(['items', 'keys', 'values', 'get', 'copy'])
