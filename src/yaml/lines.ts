import type { Position } from '../values/position.ts'

const BYTE_ORDER_MARK = '\uFEFF'

/** Turns offsets into a text into places, for one file. */
export class Lines {
  readonly #source: string
  readonly #file: string
  readonly #starts: number[] = [0]

  constructor(source: string, file: string) {
    this.#source = source
    this.#file = file
    for (const end of source.matchAll(/\r\n|\r|\n/g)) this.#starts.push(end.index + end[0].length)
  }

  /** The place of an offset; a byte order mark takes no column. */
  at(offset: number): Position {
    const index = this.#indexOf(offset)
    const start = this.#starts[index]!
    const mark = index === 0 && this.#source.startsWith(BYTE_ORDER_MARK) ? 1 : 0
    return { file: this.#file, line: index + 1, column: Math.max(1, offset - start - mark + 1) }
  }

  /** The text of the line that holds an offset, without its end. */
  textAt(offset: number): string {
    const index = this.#indexOf(offset)
    const text = this.#source.slice(this.#starts[index]!, this.#starts[index + 1])
    return text.replace(/[\r\n]+$/, '').replace(BYTE_ORDER_MARK, '')
  }

  #indexOf(offset: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}
