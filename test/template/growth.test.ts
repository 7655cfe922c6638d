import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TemplateError } from '../../src/template/api.ts'
import { createEngine } from '../../src/template/engine.ts'
import type { Value } from '../../src/values/value.ts'
import { growthCalls, PIECES } from './growth-calls.ts'

/*
 * What a host sends reaches filters, tests, methods and functions: twice the text may take at most about twice the
 * time. Every one that is registered is called with samples of every kind of input and argument, so that a new one is
 * looked at too. Processor time of this thread is measured, which other work on the machine hardly touches; what is
 * over at once is linear enough, and only what takes longer is measured again with four times as much.
 */
const SIZE = 6000
const SMALL = 64
/** Milliseconds; the square of SIZE takes longer, however little each step takes. */
const AT_ONCE = 5
/** Four times the text: 4 is linear, 16 is quadratic. */
const MOST_GROWTH = 9
const TRIES = 4
const SAMPLES = 40

type Inputs = Readonly<Record<string, Value>>

function parts(piece: string, size: number): readonly Value[] {
  const text = piece.repeat(Math.ceil(size / piece.length))
  const list = Array.from({ length: size / 8 }, (_, index) => piece + index)
  return [text, list, new Map(list.map((key) => [key, piece]))]
}

function inputs(piece: string, size: number, argumentSize: number): Inputs {
  const [t, l, d] = parts(piece, size)
  const [u, m, e] = parts(piece, argumentSize)
  return { t: t!, l: l!, d: d!, u: u!, m: m!, e: e! }
}

const SAMPLED = PIECES.map((piece) => ({
  piece,
  input: inputs(piece, SIZE, SMALL),
  argument: inputs(piece, SMALL, SIZE),
}))

/** Milliseconds of processor time; an error of the template is an answer like any other. */
function cost(expression: string, variables: Inputs): number {
  const engine = createEngine({ lookup: (name) => variables[name] }, { directory: import.meta.dirname })
  const start = process.threadCpuUsage()
  try {
    engine.expression(expression)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
  }
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / 1000
}

/** How much more four times the text takes, at the best of some tries; 1 where it is over at once. */
function growth(expression: string, small: Inputs, large: () => Inputs): number {
  let first = cost(expression, small)
  if (first < AT_ONCE) return 1
  let four: Inputs | undefined
  let second = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < TRIES; attempt++) {
    first = Math.min(first, cost(expression, small))
    if (first < AT_ONCE) return 1
    four ??= large()
    second = Math.min(second, cost(expression, four))
    if (second / first <= MOST_GROWTH) return second / first
  }
  return second / first
}

describe('four times the text takes about four times as long', () => {
  test.each(growthCalls())('$name', { timeout: 120_000 }, ({ expressions }) => {
    fc.assert(
      fc.property(fc.constantFrom(...expressions), fc.constantFrom(...SAMPLED), (expression, sample) => {
        const { piece } = sample
        expect(growth(expression, sample.input, () => inputs(piece, 4 * SIZE, SMALL))).toBeLessThan(
          MOST_GROWTH,
        )
        if (!/\(.*\b[ume]\b/.test(expression)) return
        expect(growth(expression, sample.argument, () => inputs(piece, SMALL, 4 * SIZE))).toBeLessThan(
          MOST_GROWTH,
        )
      }),
      { numRuns: SAMPLES, endOnFailure: true },
    )
  })
})
