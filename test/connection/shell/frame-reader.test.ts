import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameError, FrameReader } from '../../../src/connection/shell/frame-reader.ts'

const NONCE = '00112233445566778899aabbccddeeff'

/** Reads a whole stream cut at these places, and gives what the reader collected and told. */
function read(stream: Buffer, limits: readonly number[], cuts: readonly number[] = []) {
  const told: string[] = []
  const reader = new FrameReader(NONCE, limits, {
    onBegin: (index, pid, shell) => told.push(`begin ${index} ${pid} ${shell}`),
    onEnd: (index) => told.push(`end ${index}`),
    onDone: () => told.push('done'),
  })
  const places = [...new Set([0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length])].sort(
    (a, b) => a - b,
  )
  places.forEach((place, index) => {
    if (index > 0) reader.push(stream.subarray(places[index - 1], place))
  })
  const steps = reader.steps.map(({ output, status }) => ({
    output: output.bytes.toString('latin1'),
    status,
    truncated: output.truncated,
  }))
  return { told, steps, done: reader.done }
}

const begin = (index: number) => `${NONCE} b ${index} ${100 + index} 7\n`
const end = (index: number, status: number) => `\n${NONCE} e ${index} ${status}\n`
const done = `${NONCE} d\n`
const bytes = (text: string) => Buffer.from(text, 'latin1')

/** Bytes of all kinds, and texts that look like frames but for the nonce. */
const output = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((some) => Buffer.from(some).toString('latin1')),
      fc.constantFrom(
        '\n',
        '\n\n',
        NONCE.slice(0, 31),
        NONCE.slice(1),
        `\n${NONCE.slice(0, 16)}`,
        '0 e 0 0\n',
        ' d\n',
      ),
      fc.constant(`\n${NONCE.replace('ff', 'fe')} e 0 0\n`),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))
  // Two parts could join to the nonce by accident of the pieces above.
  .filter((text) => !text.includes(NONCE))

describe('frames', () => {
  test('any outputs, statuses, noise between and cuts are read as they were written', () => {
    const step = fc.record({ output, status: fc.integer({ min: 0, max: 255 }), noise: output })
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        (steps, cuts) => {
          const text = steps.map(
            ({ output, status, noise }, index) => begin(index) + output + end(index, status) + noise,
          )
          fc.pre(text.join('').split(NONCE).length === 2 * steps.length + 1)
          const result = read(
            bytes(`motd\n${text.join('')}${done}late`),
            steps.map(() => 1e6),
            cuts,
          )
          expect(result.steps).toEqual(
            steps.map(({ output, status }) => ({ output, status, truncated: false })),
          )
          expect(result.told).toEqual([
            ...steps.flatMap((_, index) => [`begin ${index} ${100 + index} 7`, `end ${index}`]),
            'done',
          ])
        },
      ),
      { numRuns: 500 },
    )
  })

  test('any output is cut at its limit, and said to be', () => {
    fc.assert(
      fc.property(output, fc.integer({ min: 0, max: 60 }), fc.array(fc.nat()), (text, limit, cuts) => {
        const { steps } = read(bytes(begin(0) + text + end(0, 0) + done), [limit], cuts)
        expect(steps).toEqual([{ output: text.slice(0, limit), status: 0, truncated: text.length > limit }])
      }),
    )
  })

  test('a step whose end never came has no status, and what follows it is read', () => {
    const { steps, told } = read(bytes(`${begin(0)}cut${begin(1)}next${end(1, 0)}${done}`), [99, 99])
    expect(steps).toEqual([
      { output: 'cut', status: null, truncated: false },
      { output: 'next', status: 0, truncated: false },
    ])
    expect(told).toEqual(['begin 0 100 7', 'end 0', 'begin 1 101 7', 'end 1', 'done'])
  })

  test('a host without /proc has no process id to tell', () => {
    expect(read(bytes(`${NONCE} b 0  7\n${end(0, 0)}${done}`), [9]).told[0]).toBe('begin 0 0 7')
  })

  test('nothing is done before the end was read', () => {
    expect(read(bytes(begin(0) + end(0, 0) + done.slice(0, -1)), [9]).done).toBe(false)
  })

  test.each([
    ['a step out of turn', begin(1)],
    ['a step twice', begin(0) + end(0, 0) + begin(0)],
    ['an end without its step', end(0, 0)],
    ['an end of another step', begin(0) + end(1, 0)],
    ['an end without a status', `${begin(0)}\n${NONCE} e 0 \n`],
    ['an end that does not begin a line', `${begin(0)}x${NONCE} e 0 0\n`],
    ['a request that ends early', begin(0) + end(0, 0) + done],
    ['a kind that there is not', `${NONCE} x\n`],
    ['a line without end', `${NONCE} ${'1'.repeat(200)}`],
  ])('%s is no answer of a resident shell', (_, text) => {
    expect(() => read(bytes(text), [9, 9])).toThrow(FrameError)
  })
})
