import type { Value } from '../../values/value.ts'
import type { Filter } from '../filter.ts'
import { bind, bindNamed, REQUIRED } from '../python/bind.ts'
import { asCount, iterate } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'

/** More rows than this are a mistake in the template: Python hands them out one by one, here they are all made. */
const MOST_ROWS = 1_000_000

const zip: Filter = (input, args) => {
  const { strict } = bindNamed(args, { strict: false })
  const lists = [input, ...args.positional].map(iterate)
  const length = Math.min(...lists.map((list) => list.length))
  if (strict === true && lists.some((list) => list.length !== length)) {
    throw new PythonError('the lists to zip are not equally long')
  }
  return Array.from({ length }, (_, index) => lists.map((list) => list[index]!))
}

const zipLongest: Filter = (input, args) => {
  const { fillvalue } = bindNamed(args, { fillvalue: null })
  const lists = [input, ...args.positional].map(iterate)
  const length = Math.max(...lists.map((list) => list.length))
  return Array.from({ length }, (_, index) =>
    lists.map((list) => (index < list.length ? list[index]! : fillvalue)),
  )
}

function bounded(rows: number): void {
  if (rows > MOST_ROWS) throw new PythonError(`there would be more than ${MOST_ROWS} rows`)
}

function product(lists: readonly Value[][]): Value[][] {
  bounded(lists.reduce((count, list) => count * list.length, 1))
  return lists.reduce<Value[][]>(
    (rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])),
    [[]],
  )
}

const productFilter: Filter = (input, args) => {
  const { repeat } = bindNamed(args, { repeat: 1 })
  const lists = [input, ...args.positional].map(iterate)
  return product(Array.from({ length: asCount(repeat, 'repeat') }, () => lists).flat())
}

/** All choices of so many indexes, in lexicographic order. */
function choose(
  total: number,
  size: number,
  allowed: (chosen: readonly number[], next: number) => boolean,
): number[][] {
  const indexes = Array.from({ length: total }, (_, index) => index)
  let rows: number[][] = [[]]
  for (let place = 0; place < size; place++) {
    rows = rows.flatMap((row) =>
      indexes.filter((index) => allowed(row, index)).map((index) => [...row, index]),
    )
  }
  return rows
}

/** How many ways there are to fill so many places, each with one of what is left. */
function arrangements(total: number, size: number): number {
  let count = 1
  for (let place = 0; place < size; place++) count *= total - place
  return count
}

const permutations: Filter = (input, args) => {
  const { r } = bind(args, { r: null })
  const items = iterate(input)
  const size = r === null ? items.length : asCount(r, 'r')
  bounded(arrangements(items.length, size))
  const rows = choose(items.length, size, (chosen, next) => !chosen.includes(next))
  return rows.map((row) => row.map((index) => items[index]!))
}

const combinations: Filter = (input, args) => {
  const { r } = bind(args, { r: REQUIRED })
  const items = iterate(input)
  const size = asCount(r, 'r')
  bounded(arrangements(items.length, size) / arrangements(size, size))
  // Enough must be left behind each choice to fill the places that follow.
  const rows = choose(items.length, size, (chosen, next) => {
    return next > (chosen.at(-1) ?? -1) && items.length - next >= size - chosen.length
  })
  return rows.map((row) => row.map((index) => items[index]!))
}

export const filters: Readonly<Record<string, Filter>> = {
  zip,
  zip_longest: zipLongest,
  product: productFilter,
  permutations,
  combinations,
}
