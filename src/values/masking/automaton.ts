/** A pattern was found: `end` is behind it, `length` is that of the longest that ends there. Both in bytes. */
export type Found = (end: number, length: number) => void

/**
 * Finds all of many byte strings in one pass (Aho and Corasick, 1975): work in proportion to the text, whatever stands
 * in it and however many are looked for. By hand, since what npm has matches characters, where encodings of secrets
 * are bytes, and holds a Map a node, where a fleet has thousands of passwords. Here a node is 21 bytes.
 */
export class Automaton {
  readonly patterns: readonly Uint8Array[]
  /** Bytes of all patterns. */
  readonly size: number
  readonly #root = new Int32Array(256)
  readonly #firstChild: Int32Array
  readonly #sibling: Int32Array
  readonly #byte: Uint8Array
  readonly #depth: Int32Array
  /** The node of the longest proper end of a node's bytes that begins a pattern. */
  readonly #fail: Int32Array
  /** Length of the longest pattern that ends at a node, 0 for none. */
  readonly #match: Int32Array

  constructor(patterns: readonly Uint8Array[]) {
    this.patterns = patterns
    this.size = patterns.reduce((sum, { length }) => sum + length, 0)
    const nodes = this.size + 1
    this.#firstChild = new Int32Array(nodes)
    this.#sibling = new Int32Array(nodes)
    this.#byte = new Uint8Array(nodes)
    this.#depth = new Int32Array(nodes)
    this.#fail = new Int32Array(nodes)
    this.#match = new Int32Array(nodes)
    let used = 1
    for (const pattern of patterns) {
      let node = 0
      for (const byte of pattern) node = this.#child(node, byte) || this.#grow(node, byte, used++)
      this.#match[node] = pattern.length
    }
    this.#linkFailures(used)
  }

  /** Tells every end of a pattern. Gives how many bytes at the end of the text may be the beginning of one. */
  scan(bytes: Uint8Array, found: Found): number {
    let node = 0
    for (let at = 0; at < bytes.length; at++) {
      node = this.#step(node, bytes[at]!)
      if (this.#match[node]! > 0) found(at + 1, this.#match[node]!)
    }
    return this.#depth[node]!
  }

  #step(from: number, byte: number): number {
    let node = from
    for (;;) {
      const child = this.#child(node, byte)
      if (child !== 0 || node === 0) return child
      node = this.#fail[node]!
    }
  }

  #child(node: number, byte: number): number {
    if (node === 0) return this.#root[byte]!
    let child = this.#firstChild[node]!
    while (child !== 0 && this.#byte[child] !== byte) child = this.#sibling[child]!
    return child
  }

  #grow(parent: number, byte: number, node: number): number {
    if (parent === 0) this.#root[byte] = node
    else {
      this.#sibling[node] = this.#firstChild[parent]!
      this.#firstChild[parent] = node
    }
    this.#byte[node] = byte
    this.#depth[node] = this.#depth[parent]! + 1
    return node
  }

  /** Breadth first, so that the shorter ends of a node are done before it. */
  #linkFailures(nodes: number): void {
    const queue = new Int32Array(nodes)
    let last = 0
    for (const node of this.#root) if (node !== 0) queue[last++] = node
    for (let at = 0; at < last; at++) {
      const parent = queue[at]!
      for (let node = this.#firstChild[parent]!; node !== 0; node = this.#sibling[node]!) {
        this.#fail[node] = this.#step(this.#fail[parent]!, this.#byte[node]!)
        this.#match[node] ||= this.#match[this.#fail[node]!]!
        queue[last++] = node
      }
    }
  }
}
