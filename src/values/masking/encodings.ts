import { type View, ViewBuilder } from './view.ts'

/** Between encoded pieces, so that the end of one and the beginning of the next make nothing together. */
const GAP = 0

/** Characters of base64 that four bytes need, and of hexadecimal digits. */
const SHORTEST_BASE64 = 6
const SHORTEST_HEX = 8

const [A, Z, a, f, z, ZERO, NINE] = [0x41, 0x5a, 0x61, 0x66, 0x7a, 0x30, 0x39] as const
const [LF, CR, TAB, BLANK] = [0x0a, 0x0d, 0x09, 0x20] as const

/**
 * What a text says where it is base64, of either alphabet, broken over lines or not. Where the encoded bytes begin is
 * not known, so it is read from each of four places: one of them fits whatever was encoded around a secret.
 */
export function readBase64(view: View): View[] {
  const runs = runsOf(view.bytes, sextet, wraps, SHORTEST_BASE64)
  return runs.length === 0 ? [] : [0, 1, 2, 3].map((skipped) => decode(view, runs, sextet, 6, skipped))
}

/** The same for hexadecimal digits in either case, in a row or in groups (`61:62`, `61 62`). */
export function readHex(view: View): View[] {
  const runs = runsOf(view.bytes, hexDigit, separates, SHORTEST_HEX)
  return runs.length === 0 ? [] : [0, 1].map((skipped) => decode(view, runs, hexDigit, 4, skipped))
}

type Digit = (byte: number) => number

/** Whether a run goes on behind a byte that is no digit; `first` is the first such byte since the last digit. */
type Between = (byte: number, first: number) => boolean

/** Places of the digits of each run, which may have other characters between them. */
function runsOf(bytes: Uint8Array, digit: Digit, between: Between, least: number): (readonly number[])[] {
  const runs: (readonly number[])[] = []
  let run: number[] = []
  let gap = -1
  const end = () => {
    if (run.length >= least) {
      runs.push(run)
      run = []
    } else run.length = 0
  }
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (digit(byte) >= 0) {
      run.push(at)
      gap = -1
    } else if (run.length > 0) {
      if (gap < 0) gap = byte
      if (!between(byte, gap)) end()
    }
  }
  end()
  return runs
}

function decode(
  view: View,
  runs: readonly (readonly number[])[],
  digit: Digit,
  bits: number,
  skipped: number,
): View {
  const most = runs.reduce((sum, { length }) => sum + Math.floor((length * bits) / 8) + 1, 0)
  const builder = new ViewBuilder(view, most)
  for (const run of runs) {
    let held = 0
    let holds = 0
    for (let at = skipped; at < run.length; at++) {
      held = ((held << bits) | digit(view.bytes[run[at]!]!)) & 0xffff
      holds += bits
      if (holds < 8) continue
      holds -= 8
      const first = at - Math.ceil((8 + holds) / bits) + 1
      builder.add((held >> holds) & 0xff, run[first]!, run[at]! + 1)
    }
    builder.add(GAP, run[0]!, run[0]! + 1)
  }
  return builder.done()
}

function sextet(byte: number): number {
  if (byte >= A && byte <= Z) return byte - A
  if (byte >= a && byte <= z) return byte - a + 26
  if (byte >= ZERO && byte <= NINE) return byte - ZERO + 52
  if (byte === 0x2b || byte === 0x2d) return 62
  return byte === 0x2f || byte === 0x5f ? 63 : -1
}

function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO
  if (byte >= a && byte <= f) return byte - a + 10
  return byte >= A && byte <= 0x46 ? byte - A + 10 : -1
}

/** A line end, and the indentation behind it. */
function wraps(byte: number, first: number): boolean {
  return breaksLine(byte) || (breaksLine(first) && (byte === BLANK || byte === TAB))
}

function breaksLine(byte: number): boolean {
  return byte === LF || byte === CR
}

/** Blank, tab, line end, `:`, `-`, `,`. */
function separates(byte: number): boolean {
  return breaksLine(byte) || byte === BLANK || byte === TAB || byte === 0x3a || byte === 0x2d || byte === 0x2c
}
