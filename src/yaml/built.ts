import type { YamlNode } from './node.ts'

/** Bounds on what aliases may unfold to: far above any real file, far below what harms. */
export const MAX_NODES = 1_000_000

export const MAX_DEPTH = 200

/** A node under construction and what it unfolds to once its aliases are followed. */
export interface Built {
  readonly node: YamlNode
  readonly size: number
  readonly depth: number
}
