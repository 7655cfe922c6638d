import { Float } from '../../values/float.ts'
import type { Value } from '../../values/value.ts'
import type { Test } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { isTrue } from '../python/truth.ts'

const TRUE = new Set(['y', 'yes', 'on', '1', 'true', 't'])
const FALSE = new Set(['n', 'no', 'off', '0', 'false', 'f'])

/** A boolean for the words and numbers that Ansible takes for one as a parameter; other values stay. */
function converted(value: Value): Value {
  const number = value instanceof Float ? value.value : value
  const word = typeof number === 'string' ? number.toLowerCase().trim() : String(number)
  if (TRUE.has(word)) return true
  return FALSE.has(word) ? false : value
}

function truthy(input: Value, args: Parameters<Test>[1]): boolean {
  const { convert_bool } = bind(args, { convert_bool: false })
  return isTrue(isTrue(convert_bool) ? converted(input) : input)
}

export const tests: Readonly<Record<string, Test>> = {
  truthy,
  falsy: (input, args) => !truthy(input, args),
}
