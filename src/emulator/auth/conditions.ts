import { matches } from './wildcards.ts'

/** What a policy's conditions may ask of a request: key in lower case -> its value or values. */
export type Context = Readonly<Record<string, string | readonly string[]>>

/** The values of a key against those wanted by one operator. */
type Test = (value: string, wanted: readonly string[]) => boolean

const equals: Test = (value, wanted) => wanted.includes(value)
const equalsIgnoringCase: Test = (value, wanted) =>
  wanted.some((each) => each.toLowerCase() === value.toLowerCase())
const like: Test = (value, wanted) => wanted.some((pattern) => matches(pattern, value))

const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoringCase,
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
  Bool: equalsIgnoringCase,
}

/**
 * Whether all conditions of a statement hold, by IAM's rules: of a list of wanted values one suffices, of several keys
 * and operators all have to hold, and a key that the request has not fails every operator but a negated one and
 * `...IfExists` (AWS's reference of condition operators).
 * @returns undefined where an operator is none that the stand-in knows (dates, numbers, addresses)
 */
export function conditionsHold(
  condition: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
  context: Context,
): boolean | undefined {
  let known = true
  for (const [operator, keys] of Object.entries(condition))
    for (const [key, wanted] of Object.entries(keys)) {
      const holds = conditionHolds(operator, wanted, context[key.toLowerCase()])
      if (holds === false) return false
      if (holds === undefined) known = false
    }
  return known ? true : undefined
}

function conditionHolds(
  operator: string,
  wanted: readonly string[],
  found: string | readonly string[] | undefined,
): boolean | undefined {
  const [, set, name, ifExists] = /^(ForAllValues:|ForAnyValue:)?(\w+?)(IfExists)?$/.exec(operator) ?? []
  if (name === 'Null') return wanted.includes('true') === (found === undefined)
  const negated = /^(String|Arn)Not/.test(name ?? '')
  const test = TESTS[name?.replace('Not', '') ?? '']
  if (test === undefined) return undefined
  const values = found === undefined ? [] : [found].flat()
  if (values.length === 0) return ifExists !== undefined || negated || set === 'ForAllValues:'
  const holds = (value: string) => test(value, wanted) !== negated
  return set === 'ForAnyValue:' ? values.some(holds) : values.every(holds)
}
