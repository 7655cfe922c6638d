import type { DateTime } from '../../values/date-time.ts'
import { Float } from '../../values/float.ts'
import { Callable, Instance, type Operand } from '../operand.ts'

const DAY = 86_400_000_000n

/** The time between two points in time: Python's `timedelta`. */
export class TimeDelta extends Instance {
  readonly typeName = 'timedelta'
  readonly #microseconds: bigint

  constructor(microseconds: bigint) {
    super()
    this.#microseconds = microseconds
  }

  static between(later: DateTime, earlier: DateTime): TimeDelta {
    const whole = BigInt(Math.round(later.epochMilliseconds - earlier.epochMilliseconds)) * 1000n
    return new TimeDelta(whole + BigInt(later.microseconds - earlier.microseconds))
  }

  attribute(name: string): Operand | undefined {
    const rest = ((this.#microseconds % DAY) + DAY) % DAY
    switch (name) {
      case 'days':
        return Number((this.#microseconds - rest) / DAY)
      case 'seconds':
        return Number(rest / 1_000_000n)
      case 'microseconds':
        return Number(rest % 1_000_000n)
      case 'total_seconds':
        return new Callable(
          'builtin_function_or_method',
          name,
          () => new Float(Number(this.#microseconds) / 1e6),
        )
    }
    return undefined
  }
}
