/** A part of the hosts of a pattern: `web[0]`, `web[-1]`, `web[1:3]` with its end, `web[2:]`. */
export interface Subscript {
  /** The pattern in front of it. */
  readonly expression: string
  readonly first: number
  /** The same as `first` for one host, undefined up to the last. */
  readonly last: number | undefined
}

/** The subscript at the end of a word; undefined when it has none (`web[:2]` and `web[-2:]` are wildcards). */
export function readSubscript(word: string): Subscript | undefined {
  const match = /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(word)
  if (match === null) return undefined
  const [, expression, index, first, last] = match
  if (index !== undefined) return { expression: expression!, first: Number(index), last: Number(index) }
  return { expression: expression!, first: Number(first), last: last === '' ? undefined : Number(last) }
}

/** The hosts a subscript takes; undefined when there is none at its place. */
export function subscripted(hosts: readonly string[], subscript: Subscript): string[] | undefined {
  const first = subscript.first < 0 ? hosts.length + subscript.first : subscript.first
  if (first < 0) return undefined
  const last = subscript.first < 0 ? first : (subscript.last ?? hosts.length)
  const part = hosts.slice(first, last + 1)
  return part.length === 0 ? undefined : part
}
