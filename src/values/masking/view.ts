/**
 * One way to read a text: bytes, and for each byte from where to where it stands in the text (UTF-8 offsets). Without
 * `from` and `to` it is the text itself.
 */
export interface View {
  readonly bytes: Uint8Array
  readonly from?: Int32Array
  readonly to?: Int32Array
}

/** Where a byte of a view begins in the text. */
export function beginOf(view: View, at: number): number {
  return view.from === undefined ? at : view.from[at]!
}

/** Where a byte of a view ends in the text. */
export function endOf(view: View, at: number): number {
  return view.to === undefined ? at + 1 : view.to[at]!
}

/** Collects the bytes of a view that is read from another. */
export class ViewBuilder {
  readonly #source: View
  readonly #bytes: Uint8Array
  readonly #from: Int32Array
  readonly #to: Int32Array
  #length = 0

  /** @param most bytes that will be added */
  constructor(source: View, most: number) {
    this.#source = source
    this.#bytes = new Uint8Array(most)
    this.#from = new Int32Array(most)
    this.#to = new Int32Array(most)
  }

  /** A byte that stands in the source from `first` up to `behind`, exclusive. */
  add(byte: number, first: number, behind: number): void {
    this.#bytes[this.#length] = byte
    this.#from[this.#length] = beginOf(this.#source, first)
    this.#to[this.#length] = endOf(this.#source, behind - 1)
    this.#length += 1
  }

  done(): View {
    const end = this.#length
    return {
      bytes: this.#bytes.subarray(0, end),
      from: this.#from.subarray(0, end),
      to: this.#to.subarray(0, end),
    }
  }
}
