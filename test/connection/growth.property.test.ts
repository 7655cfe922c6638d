import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fingerprint } from '../../src/connection/known-hosts/host-key.ts'
import { OutputTail } from '../../src/connection/output-tail.ts'
import { FrameReader } from '../../src/connection/shell/frame-reader.ts'
import { MemoryBudget } from '../../src/connection/shell/memory-budget.ts'
import { OutputBuffer } from '../../src/connection/shell/output-buffer.ts'
import { explainStart } from '../../src/connection/shell/start-failure.ts'
import { displayText } from '../../src/values/text/visible.ts'

/*
 * Every reader of what a host sends is linear: twice the input takes about twice the time, whatever the input is and
 * however it is cut.
 */

const NONCE = '00112233445566778899aabbccddeeff'
const become = { method: 'sudo', user: 'root', exe: 'sudo', flags: '' } as const

/** @param chunk bytes a packet */
function readFrames(text: Buffer, chunk: number): void {
  const reader = new FrameReader(NONCE, [1 << 20], { onBegin() {}, onEnd() {}, onDone() {} })
  reader.push(Buffer.from(`${NONCE} b 0 1 2\n`))
  for (let at = 0; at < text.length; at += chunk) reader.push(text.subarray(at, at + chunk))
}

function readTail(text: Buffer, chunk: number): void {
  const tail = new OutputTail()
  for (let at = 0; at < text.length; at += chunk) {
    tail.push(text.subarray(at, at + chunk))
    tail.bytes.includes(NONCE)
  }
}

function readOutput(text: Buffer, chunk: number): void {
  const output = new OutputBuffer(1 << 24, new MemoryBudget())
  for (let at = 0; at < text.length; at += chunk) output.append(text.subarray(at, at + chunk))
  output.release()
}

const READERS: Readonly<Record<string, (text: Buffer, chunk: number) => void>> = {
  'frames of a request': readFrames,
  'output of a step': readOutput,
  'what a login says': readTail,
  'the reason why no shell started': (text) => {
    explainStart('web1', become, { end: { code: 1, signal: null }, stdout: text, stderr: text })
  },
  'messages of the host': (text) => displayText(text, 300),
  'a host key': (text) => fingerprint(text),
}

/** CPU time of the cheapest of several runs, in milliseconds: what else the machine does only adds. */
function time(work: () => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round += 1) {
    const began = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(began)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

const piece = fc.oneof(
  fc.constantFrom(
    '\n',
    ' ',
    '\r\n',
    NONCE.slice(0, 31),
    `\n${NONCE.slice(0, 30)}`,
    '\u001b[',
    '\u001b]',
    "'",
    'a',
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
)

describe.each(Object.entries(READERS))('%s', (_, read) => {
  test('takes time in proportion to its length', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(1, 7, 1000, 32_768),
        (pieces, chunk) => {
          const unit = Buffer.from(pieces.join(''))
          const size = chunk < 100 ? 1 << 15 : 1 << 18
          const text = Buffer.alloc(size * 4, unit)
          const [short, long] = [text.subarray(0, size), text].map((bytes) => time(() => read(bytes, chunk)))
          // Four times the input; a quadratic reader would take sixteen times as long. The constant is for a collection of garbage.
          expect(long).toBeLessThan(8 * (short as number) + 5)
        },
      ),
      { numRuns: 15 },
    )
  })
})
