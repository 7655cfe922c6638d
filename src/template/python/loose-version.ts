import { PythonError } from './error.ts'
import { compareText } from './ordering.ts'

type Part = number | string

/**
 * Versions as Python's `LooseVersion` orders them: runs of digits by number, runs of letters by text. Negative when
 * the left one is lower.
 * @throws PythonError when a number meets letters
 */
export function compareLoose(left: string, right: string): number {
  const a = looseParts(left)
  const b = looseParts(right)
  for (let index = 0; index < a.length && index < b.length; index++) {
    const order = compareParts(a[index]!, b[index]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function looseParts(version: string): Part[] {
  return version
    .split(/(\d+|[a-z]+|\.)/)
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

function compareParts(left: Part, right: Part): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  const [a, b] = [left, right].map((part) => (typeof part === 'number' ? 'int' : 'str'))
  throw new PythonError(`'<' not supported between instances of '${a}' and '${b}'`)
}

/**
 * Versions as Python's `StrictVersion` orders them: two or three numbers and, maybe, `a1` or `b1`.
 * @throws PythonError for what is no such version
 */
export function compareStrict(left: string, right: string): number {
  const a = strictParts(left)
  const b = strictParts(right)
  const differing = a.findIndex((part, index) => part !== b[index])
  return differing === -1 ? 0 : a[differing]! - b[differing]!
}

/** Three numbers, then the stage (alpha, beta, released) and its number. */
function strictParts(version: string): number[] {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:([ab])(\d+))?$/.exec(version)
  if (match === null) throw new PythonError(`invalid version number '${version}'`)
  const [, major, minor, patch = '0', stage, number = '0'] = match
  const rank = stage === undefined ? 2 : stage === 'b' ? 1 : 0
  return [Number(major), Number(minor), Number(patch), rank, Number(number)]
}
