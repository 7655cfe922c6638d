import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { didYouMean } from '../values/text/nearest.ts'
import type { YamlMap, YamlNode } from '../yaml/node.ts'

/** A text and the place where it was written. */
export interface PlacedText {
  readonly text: string
  readonly position: Position
}

/** Reads the fields of a mapping and collects what is wrong with them. */
export class Fields {
  readonly position: Position
  readonly #map: YamlMap
  readonly #problems: Problem[]

  /** Every key must be one of `known`, and stand once. */
  constructor(map: YamlMap, known: readonly string[], problems: Problem[]) {
    this.position = map.position
    this.#map = map
    this.#problems = problems
    for (const { key } of map.entries) {
      if (!known.includes(key.raw))
        this.problem(
          key.position,
          `there is no key '${key.raw}' here`,
          didYouMean(key.raw, known) ?? `known: ${known.join(', ')}`,
        )
    }
    for (const key of map.repeated) this.problem(key.position, `'${key.raw}' is written more than once`)
  }

  node(name: string): YamlNode | undefined {
    return this.#map.entries.find(({ key }) => key.raw === name)?.value
  }

  problem(position: Position, message: string, hint?: string): undefined {
    this.#problems.push({ message, position, hint })
  }

  /** A text as it is written: `version: 1.10` is the text 1.10. Undefined when it is missing or no text. */
  text(name: string): string | undefined {
    const node = this.node(name)
    if (node === undefined) return undefined
    if (
      node.kind === 'scalar' &&
      node.tag === undefined &&
      (node.quoted || node.value !== null) &&
      node.raw !== ''
    )
      return node.raw
    return this.problem(
      node.position,
      `'${name}' must be a text`,
      node.kind === 'scalar' ? 'leave the line out where it is not known' : undefined,
    )
  }

  /** {@link text} with the place where it begins. */
  placed(name: string): PlacedText | undefined {
    const text = this.text(name)
    const position = this.node(name)?.position
    return text === undefined || position === undefined ? undefined : { text, position }
  }

  /** {@link text} that must be there. */
  required(name: string, hint?: string): string | undefined {
    if (this.node(name) !== undefined) return this.text(name)
    return this.problem(this.position, `'${name}' is missing`, hint)
  }

  /** One of some words. */
  choice<const W extends string>(name: string, words: readonly W[]): W | undefined {
    const placed = this.placed(name)
    if (placed === undefined) return undefined
    const word = words.find((each) => each === placed.text)
    if (word === undefined)
      this.problem(placed.position, `'${name}' is '${placed.text}'`, `known: ${words.join(', ')}`)
    return word
  }

  boolean(name: string): boolean {
    const node = this.node(name)
    if (node === undefined) return false
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
    this.problem(node.position, `'${name}' must be true or false`)
    return false
  }

  /** The mappings of a list; what is no mapping is a problem. */
  maps(name: string): readonly YamlMap[] {
    const node = this.node(name)
    if (node === undefined) return []
    if (node.kind !== 'list') {
      this.problem(node.position, `'${name}' must be a list`)
      return []
    }
    return node.items.flatMap((item) => {
      if (item.kind === 'map') return [item]
      this.problem(item.position, `every item of '${name}' must be a mapping`)
      return []
    })
  }
}
