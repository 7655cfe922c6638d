/** A pattern as JavaScript reads it with the flags given. */
export interface Translation {
  readonly source: string
  readonly flags: string
  readonly groups: number
  readonly names: ReadonlySet<string>
  /** The pattern may prefer an empty match where a longer one is possible (lazy repetition, alternatives). */
  readonly mayPreferEmpty: boolean
  readonly cost: Cost
}

/** What the most that a pattern can cost is made of: how many ways there are to match at one place. */
export interface Cost {
  /** Repetitions without end, each of one character; references to groups count too. */
  readonly unbounded: number
  /** The ways that alternatives and bounded repetitions give, multiplied. */
  readonly ways: number
  /** A group is repeated, so that the ways grow exponentially with the text. */
  readonly exponential: boolean
}
