/** A floating point number, kept apart from integers as Python does: `1.0` prints as `1.0` and `10 / 2` is `5.0`. */
export class Float {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }

  toJSON(): number {
    return this.value
  }
}
