import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { isNumeric, parseFloatText, toDouble } from '../python/numbers/number.ts'
import { str } from '../python/text/repr.ts'
import { calendarAt, strftime as formatTime } from '../python/time/strftime.ts'
import { strptime } from '../python/time/strptime.ts'
import { isTrue } from '../python/truth.ts'

/** The last second that a JavaScript date can hold, in the year 275760. */
const LAST_SECOND = 8.64e12

const toDatetime: Filter = (input, args) => {
  const { format } = bind(args, { format: '%Y-%m-%d %H:%M:%S' })
  return strptime(asText(input, 'to_datetime takes text: the value'), asText(format, 'format'))
}

const strftime: Filter = (input, args) => {
  const { second, utc } = bind(args, { second: null, utc: false })
  let epoch: number | undefined = Date.now() / 1000
  if (second !== null) {
    epoch =
      typeof second === 'string' ? parseFloatText(second) : isNumeric(second) ? toDouble(second) : undefined
  }
  if (epoch === undefined || Number.isNaN(epoch)) {
    throw new PythonError(`Invalid value for epoch value (${str(second)})`)
  }
  if (Math.abs(epoch) > LAST_SECOND) throw new PythonError(`the time ${str(second)} is out of range`)
  return formatTime(asText(input, 'the format'), calendarAt(epoch, isTrue(utc)))
}

export const filters: Readonly<Record<string, Filter>> = { to_datetime: toDatetime, strftime }
