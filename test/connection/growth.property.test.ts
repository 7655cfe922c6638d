import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConnectionSettings } from '../../src/connection/connection.ts'
import { fingerprint } from '../../src/connection/known-hosts/host-key.ts'
import { explainOpenssh } from '../../src/connection/openssh/openssh-failure.ts'
import { OutputTail } from '../../src/connection/output-tail.ts'
import { FrameReader } from '../../src/connection/shell/frame-reader.ts'
import { MemoryBudget } from '../../src/connection/shell/memory-budget.ts'
import { OutputBuffer } from '../../src/connection/shell/output-buffer.ts'
import { explainStart } from '../../src/connection/shell/start-failure.ts'
import { readCliXmlBytes } from '../../src/connection/windows/clixml.ts'
import { explainWindowsStart } from '../../src/connection/windows/start-failure.ts'
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

/** By the files whose code it is. */
const READERS: Readonly<Record<string, (text: Buffer, chunk: number) => void>> = {
  'shell/frame-reader.ts': readFrames,
  'shell/output-buffer.ts': readOutput,
  'output-tail.ts': readTail,
  'shell/start-failure.ts': (text) => {
    explainStart('web1', become, { end: { code: 1, signal: null }, stdout: text, stderr: text })
  },
  'windows/start-failure.ts': (text) => {
    explainWindowsStart('web1', { end: { code: 1, signal: null }, stdout: text, stderr: text })
  },
  'windows/clixml.ts': (text) => {
    readCliXmlBytes(Buffer.concat([Buffer.from('#< CLIXML\n'), text]))
  },
  'openssh/openssh-failure.ts': (text) => {
    explainOpenssh({ name: 'web1', host: '127.0.0.1', port: 22 } as ConnectionSettings, text)
  },
  'messages of the host': (text) => displayText(text, 300),
  'known-hosts/host-key.ts': (text) => fingerprint(text),
}

/** Files that look into text and are no readers of more than a host may send at a time: why. */
const NO_READERS: Readonly<Record<string, string>> = {
  'keys/credentials.ts': 'names of keys of this machine',
  'keys/dialogue.ts': 'questions of a server, bounded by the library to a packet',
  'keys/private-keys.ts': 'keys of this machine',
  'known-hosts/known-hosts-line.ts': 'a file of this machine',
  'known-hosts/known-hosts.ts': 'a file of this machine',
  'openssh/askpass.ts': 'a question of the ssh of this machine',
  'openssh/openssh-transport.ts': 'a tail of bounded length (output-tail.ts)',
  'patience.ts': "words of muster's own",
  'shell/answer-prompt.ts': 'a tail of bounded length (output-tail.ts)',
  'shell/frames.ts': 'writes',
  'shell/pending.ts': 'writes',
  'shell/terminal.ts': 'a tail of bounded length (output-tail.ts)',
  'ssh/bastions.ts': 'a reason of a server, bounded by the library to a packet',
  'ssh/handshake.ts': 'a reason of a server, bounded by the library to a packet',
  'ssh/lean-cipher.ts': 'encrypts',
  'ssh/ssh-transport.ts': 'writes',
  'windows/encode.ts': 'writes',
}

test('every file that looks into what a connection brings has its reader here', () => {
  const folder = join(import.meta.dirname, '../../src/connection')
  // What the user of this machine wrote is read there.
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !/^(?:ssh-config|settings)\//.test(name),
  )
  const looks = files.filter((name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    return (
      /Buffer|stdout|stderr/.test(text) &&
      /\.(?:indexOf|lastIndexOf|toString|matchAll|match|exec|split|replaceAll|replace|subarray|test|includes)\(/.test(
        text,
      )
    )
  })
  const known = [...Object.keys(READERS), ...Object.keys(NO_READERS)]
  expect(looks.filter((name) => !known.includes(name))).toEqual([])
  expect(Object.keys(NO_READERS).filter((name) => !looks.includes(name))).toEqual([])
})

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
    '<S S="Error">',
    '<Objs ',
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
