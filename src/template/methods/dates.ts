import type { DateTime } from '../../values/date-time.ts'
import { Float } from '../../values/float.ts'
import { type CallArguments, Callable, type Operand } from '../operand.ts'
import { PythonError } from '../python/error.ts'
import { calendarOf, strftime } from '../python/time/strftime.ts'

/** The attributes and methods of a date or a point in time that templates use; undefined for any other. */
export function dateAttribute(self: DateTime, name: string): Operand | undefined {
  const local = new Date(self.epochMilliseconds + (self.offsetMinutes ?? 0) * 60_000)
  const method = (call: (args: CallArguments) => Operand) =>
    new Callable('builtin_function_or_method', name, call)
  switch (name) {
    case 'year':
      return local.getUTCFullYear()
    case 'month':
      return local.getUTCMonth() + 1
    case 'day':
      return local.getUTCDate()
    case 'isoformat':
      return method(() => self.toString())
    case 'strftime':
      return method((args) => strftime(formatOf(args), calendarOf(self)))
    case 'weekday':
      return method(() => (local.getUTCDay() + 6) % 7)
    case 'isoweekday':
      return method(() => local.getUTCDay() || 7)
  }
  if (self.dateOnly) return undefined
  switch (name) {
    case 'hour':
      return local.getUTCHours()
    case 'minute':
      return local.getUTCMinutes()
    case 'second':
      return local.getUTCSeconds()
    case 'microsecond':
      return local.getUTCMilliseconds() * 1000 + self.microseconds
    case 'timestamp':
      return method(() => new Float(self.epochMilliseconds / 1000 + self.microseconds / 1e6))
  }
  return undefined
}

function formatOf(args: CallArguments): string {
  const format = args.positional[0] ?? args.named.get('format')
  if (typeof format === 'string') return format
  throw new PythonError('strftime takes a format, as text')
}
