const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Far above any inventory, far below what would fill the memory. */
const MAX_NAMES = 100_000

/** Why a name with a range means nothing; the message names the range. */
export class BadRange extends Error {}

/** Whether a host name as written holds a range. */
export function hasRange(name: string): boolean {
  return name.includes('[')
}

/**
 * The names that `web[01:20:2].example.com` stands for, in order: begin and end belong to it, zeros in front give
 * the width, letters run a-z and then A-Z, an empty begin is 0, and a name may hold several ranges.
 * @throws BadRange for one that is malformed, runs backwards or gives more than 100000 names
 */
export function expandRange(name: string): string[] {
  const names = expand(name, MAX_NAMES)
  if (names.length > MAX_NAMES) throw new BadRange(`${name} gives more than ${MAX_NAMES} names`)
  return names
}

function expand(name: string, limit: number): string[] {
  const open = name.indexOf('[')
  if (open < 0) return [name]
  const close = name.indexOf(']', open)
  if (close < 0) throw new BadRange(`the range in ${name} is not closed with ]`)
  const head = name.slice(0, open)
  const rests = expand(name.slice(close + 1), limit)
  const names: string[] = []
  for (const item of items(name.slice(open, close + 1))) {
    for (const rest of rests) names.push(head + item + rest)
    // One more than allowed is enough to know.
    if (names.length > limit) break
  }
  return names
}

/** What one range `[begin:end:step]` runs through. */
function* items(range: string): Generator<string> {
  const bounds = range.slice(1, -1).split(':')
  if (bounds.length !== 2 && bounds.length !== 3) {
    throw new BadRange(`${range} is no range: it must be [begin:end] or [begin:end:step]`)
  }
  const begin = bounds[0] === '' ? '0' : bounds[0]!
  const end = bounds[1]!
  if (end === '') throw new BadRange(`the range ${range} has no end`)
  const step = readStep(bounds[2], range)
  if (isNumber(begin) && isNumber(end)) yield* numbers(begin, end, step, range)
  else yield* letters(begin, end, step, range)
}

function readStep(text: string | undefined, range: string): number {
  const step = text === undefined ? 1 : isNumber(text) ? Number(text) : 0
  if (step < 1) throw new BadRange(`the step of the range ${range} must be a number above 0`)
  return step
}

function* numbers(begin: string, end: string, step: number, range: string): Generator<string> {
  const padded = begin.length > 1 && begin.startsWith('0')
  if (padded && begin.length !== end.length) {
    throw new BadRange(`begin and end of the range ${range} must have the same number of digits`)
  }
  const first = Number(begin)
  const last = Number(end)
  if (!Number.isSafeInteger(last)) throw new BadRange(`the end of the range ${range} is too large`)
  if (first > last) throw backwards(range, end, begin)
  for (let number = first; number <= last; number += step) {
    yield padded ? String(number).padStart(begin.length, '0') : String(number)
  }
}

function* letters(begin: string, end: string, step: number, range: string): Generator<string> {
  const first = begin.length === 1 ? LETTERS.indexOf(begin) : -1
  const last = end.length === 1 ? LETTERS.indexOf(end) : -1
  if (first < 0 || last < 0) {
    throw new BadRange(`begin and end of the range ${range} must be two numbers or two letters`)
  }
  if (first > last) throw backwards(range, end, begin)
  for (let index = first; index <= last; index += step) yield LETTERS[index]!
}

function backwards(range: string, end: string, begin: string): BadRange {
  return new BadRange(`the range ${range} runs backwards; did you mean [${end}:${begin}]?`)
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text)
}
