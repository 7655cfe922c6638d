/** A name around its last number: `web01.lan` is `web`, `01`, `.lan`. */
const AROUND_NUMBER = /^(.*?)(\d{1,15})(\D*)$/

/**
 * Names of hosts as node sets (ClusterShell's): runs of numbers become ranges, `web[01-40], db1`. What the sets stand
 * for is exactly the names given, each once; with padded numbers, a range has as many digits as its ends.
 */
export function hostSet(names: readonly string[]): string {
  const groups = new Map<string, string[]>()
  for (const name of new Set(names)) {
    const [, prefix, number, suffix] = AROUND_NUMBER.exec(name) ?? []
    const key = JSON.stringify(number === undefined ? [name] : [prefix, suffix])
    const numbers = groups.get(key)
    if (numbers === undefined) groups.set(key, [number ?? ''])
    else numbers.push(number ?? '')
  }
  return [...groups]
    .flatMap(([key, numbers]) => {
      const [prefix, suffix] = JSON.parse(key) as [string, string | undefined]
      return suffix === undefined ? [prefix] : families(numbers).map((each) => folded(prefix, each, suffix))
    })
    .join(', ')
}

/** Numbers that may stand in one range: all of them, or, where one is padded, those of the same length. */
function families(numbers: readonly string[]): string[][] {
  const isPadded = numbers.some((number) => number.length > 1 && number.startsWith('0'))
  return isPadded ? [...Map.groupBy(numbers, ({ length }) => length).values()] : [[...numbers]]
}

function folded(prefix: string, numbers: readonly string[], suffix: string): string {
  if (numbers.length === 1) return `${prefix}${numbers[0]}${suffix}`
  const ranges: { readonly first: string; last: string }[] = []
  for (const number of numbers.toSorted((one, other) => Number(one) - Number(other))) {
    const range = ranges.at(-1)
    if (range !== undefined && Number(number) === Number(range.last) + 1) range.last = number
    else ranges.push({ first: number, last: number })
  }
  const shown = ranges.map(({ first, last }) => (first === last ? first : `${first}-${last}`))
  return `${prefix}[${shown.join(',')}]${suffix}`
}
