import { type Dict, isDict, type Value } from '../../values/value.ts'
import type { Filter } from '../filter.ts'
import { bind, REQUIRED } from '../python/bind.ts'
import { asText } from '../python/convert.ts'
import { dictGet, dictSet, toKey } from '../python/equality.ts'
import { PythonError } from '../python/error.ts'
import { repr, str } from '../python/text/repr.ts'
import { isTrue } from '../python/truth.ts'
import { typeName } from '../python/type-name.ts'

const dict2items: Filter = (input, args) => {
  const { key_name, value_name } = bind(args, { key_name: 'key', value_name: 'value' })
  if (!isDict(input))
    throw new PythonError(`dict2items requires a dictionary, got ${typeName(input)} instead.`)
  return [...input].map(
    ([key, value]) =>
      new Map([
        [toKey(key_name), key],
        [toKey(value_name), value],
      ]),
  )
}

const items2dict: Filter = (input, args) => {
  const { key_name, value_name } = bind(args, { key_name: 'key', value_name: 'value' })
  if (!Array.isArray(input))
    throw new PythonError(`items2dict requires a list, got ${typeName(input)} instead.`)
  const result: Dict = new Map()
  for (const item of input) {
    if (!isDict(item)) {
      throw new PythonError(`items2dict requires a list of dictionaries, got a ${typeName(item)} in it.`)
    }
    const key = dictGet(item, toKey(key_name))
    const value = dictGet(item, toKey(value_name))
    if (key === undefined || value === undefined) {
      throw new PythonError(
        `items2dict requires each dictionary in the list to contain the keys '${str(key_name)}' and '${str(value_name)}', got ${repr(item)} instead.`,
      )
    }
    dictSet(result, toKey(key), value)
  }
  return result
}

const rekeyOnMember: Filter = (input, args) => {
  const { key: member, duplicates } = bind(args, { key: REQUIRED, duplicates: 'error' })
  if (duplicates !== 'error' && duplicates !== 'overwrite') {
    throw new PythonError(`duplicates parameter to rekey_on_member has unknown value ${repr(duplicates)}`)
  }
  const items = isDict(input) ? [...input.values()] : input
  if (!Array.isArray(items)) throw new PythonError('Type is not a valid list, set, or dict')
  const result: Dict = new Map()
  for (const item of items) {
    if (!isDict(item)) throw new PythonError('List item is not a valid dict')
    const value = dictGet(item, toKey(member))
    if (value === undefined) throw new PythonError(`Key ${repr(member)} was not found.`)
    if (dictGet(result, toKey(value)) !== undefined && duplicates === 'error') {
      throw new PythonError(`Key ${repr(value)} is not unique, cannot convert to dict.`)
    }
    dictSet(result, toKey(value), item)
  }
  return result
}

function step(value: Value, key: string): Value | undefined {
  if (isDict(value)) return dictGet(value, key)
  throw new PythonError(`the key ${key} should point to a dictionary, got '${str(value)}'`)
}

const subelements: Filter = (input, args) => {
  const { subelements: path, skip_missing } = bind(args, { subelements: REQUIRED, skip_missing: false })
  const elements = isDict(input) ? [...input.values()] : input
  if (!Array.isArray(elements)) throw new PythonError('obj must be a list of dicts or a nested dict')
  const keys = Array.isArray(path) ? path.map(str) : asText(path, 'subelements').split('.')
  return elements.flatMap((element): Value[] => {
    let value = element
    for (const key of keys) {
      const next = step(value, key)
      if (next === undefined && isTrue(skip_missing)) return []
      if (next === undefined) {
        throw new PythonError(`could not find ${repr(key)} key in iterated item ${repr(value)}`)
      }
      value = next
    }
    if (!Array.isArray(value)) {
      throw new PythonError(`the key ${repr(keys.at(-1)!)} should point to a list, got ${repr(value)}`)
    }
    return value.map((item) => [element, item])
  })
}

export const filters: Readonly<Record<string, Filter>> = {
  dict2items,
  items2dict,
  rekey_on_member: rekeyOnMember,
  subelements,
}
