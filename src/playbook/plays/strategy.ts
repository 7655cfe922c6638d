import { compareText } from '../../template/python/ordering.ts'
import type { Value } from '../../values/value.ts'

const ORDERS = ['inventory', 'reverse_inventory', 'sorted', 'reverse_sorted', 'shuffle'] as const

/** Whether hosts of a batch see each other as if they did each task together, or go on by themselves. */
export type Strategy = 'linear' | 'free'

/** `order` of a play. @throws RangeError for an unknown one */
export function readOrder(value: Value): (typeof ORDERS)[number] {
  const known = ORDERS.find((order) => order === value)
  if (known !== undefined) return known
  throw new RangeError(
    `Invalid 'order' specified for inventory hosts: ${String(value)}: it takes ${ORDERS.join(', ')}`,
  )
}

/**
 * `strategy` of a play; `host_pinned` is what muster's `free` is.
 * @throws RangeError for an unknown one, and for `debug`, which asks a person
 */
export function readStrategy(value: Value): Strategy {
  const word = String(value).replace(/^ansible\.(builtin|legacy)\./, '')
  if (word === 'linear') return 'linear'
  if (word === 'free' || word === 'host_pinned') return 'free'
  throw new RangeError(`Invalid play strategy specified: ${word}: muster has linear, free and host_pinned`)
}

/** Hosts in the order that a play wants them. */
export function ordered(hosts: readonly string[], order: Value | undefined): string[] {
  switch (order === undefined ? 'inventory' : readOrder(order)) {
    case 'inventory':
      return [...hosts]
    case 'reverse_inventory':
      return [...hosts].reverse()
    case 'sorted':
      return [...hosts].sort(compareText)
    case 'reverse_sorted':
      return [...hosts].sort(compareText).reverse()
    case 'shuffle':
      return shuffled(hosts)
  }
}

function shuffled(hosts: readonly string[]): string[] {
  const result = [...hosts]
  for (let at = result.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1))
    ;[result[at], result[other]] = [result[other] as string, result[at] as string]
  }
  return result
}
