import { DateTime } from '../../values/date-time.ts'
import { Float } from '../../values/float.ts'
import { isDict, type Value } from '../../values/value.ts'

/** The name of a value's type in Python: `str`, `int`, `float`, `bool`, `NoneType`, `list`, `dict`, `datetime`, `date`. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number' || typeof value === 'bigint') return 'int'
  if (typeof value === 'string') return 'str'
  if (value instanceof Float) return 'float'
  if (value instanceof DateTime) return value.dateOnly ? 'date' : 'datetime'
  if (Array.isArray(value)) return 'list'
  if (isDict(value)) return 'dict'
  return 'str'
}
