import type { Position } from '../values/position.ts'
import { holdsTemplate } from '../values/text/holds-template.ts'
import { didYouMean } from '../values/text/nearest.ts'
import { shownName } from '../values/text/variable-name.ts'
import type { Value } from '../values/value.ts'
import type { YamlMap, YamlNode, YamlScalar } from '../yaml/node.ts'
import { toValue } from '../yaml/to-value.ts'
import { isKeyword, KEYWORDS, keywordsOn, type Where } from './keywords.ts'
import type { Mistakes } from './mistakes.ts'
import { keywordBoolean, keywordInteger, keywordSeconds, keywordText } from './tasks/keyword-values.ts'
import { insteadOfKeyword } from './tasks/not-yet.ts'

/** How a place is named in messages. */
const PLACES: Readonly<Record<Where, string>> = {
  play: 'a play',
  role: 'an entry of roles',
  block: 'a block',
  task: 'a task',
  handler: 'a handler',
  loop_control: 'loop_control',
  rollout: 'rollout',
  import: 'an import',
}

export interface Field {
  readonly name: string
  readonly key: YamlScalar
  readonly value: YamlNode
}

/** The entries of a mapping with their keys as text. */
export function fieldsOf(node: YamlMap): Field[] {
  return node.entries.map(({ key, value }) => {
    const name = typeof key.value === 'string' ? key.value : key.raw
    return { name, key, value }
  })
}

/** Whether a node is an empty value (`when:` with nothing behind it, `null`, `~`). */
export function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null && node.tag === undefined
}

/**
 * The keywords of one play, task or loop_control. Each reader gives the value as the contract in playbook.ts says,
 * converted where it holds no template; undefined when the keyword is not there, is null, or has the wrong type, which
 * is then among the mistakes.
 */
export class Fields {
  readonly #fields: ReadonlyMap<string, Field>
  readonly #mistakes: Mistakes

  constructor(fields: readonly Field[], mistakes: Mistakes) {
    this.#fields = new Map(fields.map((field) => [field.name, field]))
    this.#mistakes = mistakes
  }

  /** The node of a keyword; undefined when it is missing or null. */
  node(name: string): YamlNode | undefined {
    const node = this.#fields.get(name)?.value
    return node === undefined || isNull(node) ? undefined : node
  }

  /** Also a null, for keywords where it means something. */
  written(name: string): YamlNode | undefined {
    return this.#fields.get(name)?.value
  }

  positionOf(name: string): Position | undefined {
    return this.#fields.get(name)?.key.position
  }

  boolean(name: string): Value | undefined {
    return this.#convert(name, (value) => keywordBoolean(name, value))
  }

  text(name: string): Value | undefined {
    return this.#convert(name, (value) => keywordText(name, value))
  }

  integer(name: string): Value | undefined {
    return this.#convert(name, (value) => keywordInteger(name, value))
  }

  /** Checked but kept as written, since a fraction of a second is a float. */
  seconds(name: string): Value | undefined {
    return this.checked(name, (value) => keywordSeconds(name, value))
  }

  /** A value that stays as written; `check` throws a RangeError when it is wrong. Not asked while templates are in it. */
  checked(name: string, check: (value: Value) => unknown): Value | undefined {
    return this.#convert(name, (value) => {
      check(value)
      return value
    })
  }

  #convert(name: string, convert: (value: Value) => Value): Value | undefined {
    const node = this.node(name)
    if (node === undefined) return undefined
    const value = toValue(node)
    if (holdsTemplate(value)) {
      this.#mistakes.templates(value)
      return value
    }
    try {
      return convert(value)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.#mistakes.add(node.position, error.message)
      return undefined
    }
  }
}

/** Records keys that are no keyword of that place, with the nearest that is one. */
export function refuseUnknown(fields: readonly Field[], where: Where, mistakes: Mistakes): void {
  for (const { name, key } of fields) {
    if (!isKeyword(name, where)) refuseKeyword(name, where, key.position, mistakes)
  }
}

/** Why a word cannot stand there, and what can be done. */
export function refuseKeyword(name: string, where: Where, position: Position, mistakes: Mistakes): void {
  const instead = insteadOfKeyword(name)
  if (instead !== undefined) {
    mistakes.add(position, `'${shownName(name)}' is not supported by muster yet (${PLACES[where]})`, instead)
    return
  }
  const elsewhere = Object.hasOwn(KEYWORDS, name) ? KEYWORDS[name]!.on : []
  const hint =
    elsewhere.length > 0
      ? `it belongs to ${elsewhere.map((place) => PLACES[place]).join(' or ')}`
      : (didYouMean(name, keywordsOn(where)) ?? `keywords: ${keywordsOn(where).join(', ')}`)
  mistakes.add(position, `'${shownName(name)}' is no keyword of ${PLACES[where]}`, hint)
}
