import type { DateTime } from '../values/date-time.ts'
import type { Float } from '../values/float.ts'
import type { Position } from '../values/position.ts'

/** YAML as it was written, each node with its place, scalars typed by YAML 1.1 as Ansible reads it. */
export type YamlNode = YamlScalar | YamlList | YamlMap

export interface YamlScalar {
  readonly kind: 'scalar'
  readonly value: null | boolean | number | bigint | string | Float | DateTime
  /** The text as written, before typing: `0640`, `yes`. */
  readonly raw: string
  /** Quoted or block text; never typed. */
  readonly quoted: boolean
  /** `!unsafe`: never a template. `!secret`: becomes a Secret. `!vault`: encrypted. */
  readonly tag?: 'unsafe' | 'secret' | 'vault'
  /** It stands in a file that is encrypted as a whole: its value is a secret. */
  readonly hidden?: boolean
  readonly position: Position
}

export interface YamlList {
  readonly kind: 'list'
  readonly items: readonly YamlNode[]
  readonly position: Position
}

export interface YamlMap {
  readonly kind: 'map'
  readonly entries: readonly { readonly key: YamlScalar; readonly value: YamlNode }[]
  /** Keys that stand here once more, each time but the last: their values are lost. */
  readonly repeated: readonly YamlScalar[]
  readonly position: Position
}
