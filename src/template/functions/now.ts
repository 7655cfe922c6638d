import type { Evaluation } from '../evaluator/evaluation.ts'
import { isTrue } from '../evaluator/expressions.ts'
import { resolveValue } from '../evaluator/values/resolve-operand.ts'
import { hideIf, Taint } from '../evaluator/values/secrets.ts'
import type { CallArguments, Operand } from '../operand.ts'
import { clockTime, preciseNow } from '../python/time/clock.ts'
import { calendarAt, strftime } from '../python/time/strftime.ts'

/** `now(utc=false, fmt='')`: the time on this machine, as text when a format is given. */
export function now(args: CallArguments, evaluation: Evaluation): Operand {
  const utc = isTrue(args.positional[0] ?? args.named.get('utc') ?? false)
  const taint = new Taint()
  const format = resolveValue(evaluation, args.positional[1] ?? args.named.get('fmt') ?? null, taint)
  const time = preciseNow()
  if (typeof format === 'string' && format !== '') {
    return hideIf(taint, strftime(format, calendarAt(time / 1000, utc)))
  }
  return clockTime(time, utc)
}
