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
const SAMPLES = 24

type Inputs = Readonly<Record<string, Value>>

/** A piece that is repeated, and what follows: nothing, or something that spoils what looked like the end. */
interface Shape {
  readonly piece: string
  readonly end: string
}

const SHAPES: readonly Shape[] = PIECES.flatMap((piece) => ['', 'x'].map((end) => ({ piece, end })))

function parts({ piece, end }: Shape, size: number): readonly Value[] {
  const text = piece.repeat(Math.ceil(size / piece.length)) + end
  const list = Array.from({ length: size / 8 }, (_, index) => piece + index)
  return [text, list, new Map(list.map((key) => [key, piece]))]
}

function inputs(shape: Shape, size: number, argumentSize: number): Inputs {
  const [t, l, d] = parts(shape, size)
  const [u, m, e] = parts(shape, argumentSize)
  return { t: t!, l: l!, d: d!, u: u!, m: m!, e: e! }
}

const SAMPLED = SHAPES.map((shape) => ({
  shape,
  input: inputs(shape, SIZE, SMALL),
  argument: inputs(shape, SMALL, SIZE),
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

/** What is called most: the text alone. All shapes are tried on it. */
function isPlain(expression: string): boolean {
  return /^t (?:\||is) \w+\(\)$|^t\.\w+\(\)$|^\w+\(u\)$/.test(expression)
}

describe('four times the text takes about four times as long', () => {
  test.each(growthCalls())('$name', { timeout: 120_000 }, ({ expressions }) => {
    for (const { shape, input, argument } of SAMPLED) {
      for (const expression of expressions.filter(isPlain)) {
        const [small, large] = /\(u\)$/.test(expression)
          ? [argument, () => inputs(shape, SMALL, 4 * SIZE)]
          : [input, () => inputs(shape, 4 * SIZE, SMALL)]
        const grown = growth(expression, small, large)
        expect(grown, `${expression} of ${JSON.stringify(shape)}`).toBeLessThan(MOST_GROWTH)
      }
    }
    fc.assert(
      fc.property(fc.constantFrom(...expressions), fc.constantFrom(...SAMPLED), (expression, sample) => {
        const { shape } = sample
        expect(growth(expression, sample.input, () => inputs(shape, 4 * SIZE, SMALL))).toBeLessThan(
          MOST_GROWTH,
        )
        if (!/\(.*\b[ume]\b/.test(expression)) return
        expect(growth(expression, sample.argument, () => inputs(shape, SMALL, 4 * SIZE))).toBeLessThan(
          MOST_GROWTH,
        )
      }),
      { numRuns: SAMPLES, endOnFailure: true },
    )
  })
})
