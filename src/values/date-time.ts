/** A date or a point in time as YAML 1.1 reads it (`2031-05-06`, `2031-05-06T07:08:09Z`). */
export class DateTime {
  /** Milliseconds since the epoch; a time without zone counts as UTC. */
  readonly epochMilliseconds: number
  /** True for a date without a time of day. */
  readonly dateOnly: boolean
  /** Microseconds below the millisecond and the zone's offset in minutes, null for a time without zone. */
  readonly microseconds: number
  readonly offsetMinutes: number | null

  constructor(
    epochMilliseconds: number,
    dateOnly: boolean,
    offsetMinutes: number | null = null,
    microseconds = 0,
  ) {
    this.epochMilliseconds = epochMilliseconds
    this.dateOnly = dateOnly
    this.offsetMinutes = offsetMinutes
    this.microseconds = microseconds
  }

  /** ISO form, as Ansible prints dates in JSON. */
  toString(): string {
    const local = new Date(this.epochMilliseconds + (this.offsetMinutes ?? 0) * 60_000).toISOString()
    if (this.dateOnly) return local.slice(0, 10)
    const milliseconds = ((this.epochMilliseconds % 1000) + 1000) % 1000
    const fraction = milliseconds * 1000 + this.microseconds
    const offset = this.offsetMinutes
    return (
      local.slice(0, 19) +
      (fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`) +
      (offset === null
        ? ''
        : `${offset < 0 ? '-' : '+'}${String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')}:${String(Math.abs(offset) % 60).padStart(2, '0')}`)
    )
  }

  toJSON(): string {
    return this.toString()
  }
}
