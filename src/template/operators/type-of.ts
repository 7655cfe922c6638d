import { OMIT } from '../api.ts'
import { Internal, type Operand } from '../operand.ts'
import { typeName } from '../python/type-name.ts'

/** Python's name of an operand's type, as its error messages say it. */
export function typeOf(value: Operand): string {
  if (value === OMIT) return 'Omit'
  if (value instanceof Internal) return value.typeName
  if (Array.isArray(value)) return 'list'
  return value instanceof Map ? 'dict' : typeName(value)
}
