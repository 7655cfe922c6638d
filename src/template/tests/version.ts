import { compare as comparePep440, valid as validPep440 } from '@renovatebot/pep440'
import { compare as compareSemver, valid as validSemver } from 'semver'
import type { Value } from '../../values/value.ts'
import type { Test } from '../filter.ts'
import { bind, REQUIRED } from '../python/bind.ts'
import { PythonError } from '../python/error.ts'
import { compareLoose, compareStrict } from '../python/loose-version.ts'
import { repr, str } from '../python/text/repr.ts'
import { isTrue } from '../python/truth.ts'

type Compare = (left: string, right: string) => number

const OPERATORS: ReadonlyMap<string, (order: number) => boolean> = new Map(
  (
    [
      [['==', '=', 'eq'], (order) => order === 0],
      [['<', 'lt'], (order) => order < 0],
      [['<=', 'le'], (order) => order <= 0],
      [['>', 'gt'], (order) => order > 0],
      [['>=', 'ge'], (order) => order >= 0],
      [['!=', '<>', 'ne'], (order) => order !== 0],
    ] satisfies [string[], (order: number) => boolean][]
  ).flatMap(([names, holds]) => names.map((name): [string, (order: number) => boolean] => [name, holds])),
)

function checked(compare: Compare, isValid: (text: string) => boolean, kind: string): Compare {
  return (left, right) => {
    const wrong = [left, right].find((text) => !isValid(text))
    if (wrong !== undefined) throw new PythonError(`invalid ${kind} version '${wrong}'`)
    return compare(left, right)
  }
}

// npm's package also reads `v1.2.3` and `=1.2.3`; the standard, and Ansible, do not.
const semantic = checked(compareSemver, (text) => /^\d/.test(text) && validSemver(text) !== null, 'semantic')
const pep440 = checked(comparePep440, (text) => validPep440(text) !== null, 'PEP 440')

const TYPES: ReadonlyMap<Value, Compare> = new Map<Value, Compare>([
  ['loose', compareLoose],
  ['strict', compareStrict],
  ['semver', semantic],
  ['semantic', semantic],
  ['pep440', pep440],
])

function oneOf(names: Iterable<Value>): string {
  return `Must be one of ${[...names].map(repr).join(', ')}`
}

const version: Test = (input, args) => {
  const given = bind(args, { version: REQUIRED, operator: 'eq', strict: null, version_type: null })
  if (given.strict !== null && given.version_type !== null) {
    throw new PythonError("Cannot specify both 'strict' and 'version_type'")
  }
  if (!isTrue(input)) throw new PythonError('Input version value cannot be empty')
  if (!isTrue(given.version)) throw new PythonError('Version parameter to compare against cannot be empty')
  const type = isTrue(given.strict) ? 'strict' : (given.version_type ?? 'loose')
  const compare = TYPES.get(type)
  if (compare === undefined) {
    throw new PythonError(`Invalid version type (${str(type)}). ${oneOf(TYPES.keys())}`)
  }
  const holds = OPERATORS.get(str(given.operator))
  if (holds === undefined) {
    throw new PythonError(`Invalid operator type (${str(given.operator)}). ${oneOf(OPERATORS.keys())}`)
  }
  try {
    return holds(compare(str(input), str(given.version)))
  } catch (error) {
    if (!(error instanceof PythonError)) throw error
    throw new PythonError(`Version comparison failed: ${error.message}`)
  }
}

export const tests: Readonly<Record<string, Test>> = { version, version_compare: version }
