import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { moduleNames } from '../../src/modules/registry.ts'
import type { Probe } from '../../src/probes/probe.ts'
import { TaskFailure } from '../../src/values/task-failure.ts'
import type { Output } from '../../src/values/transfer.ts'
import type { Json } from './conformance/case.ts'
import { entriesOf, HOME, happening, valuesOf } from './in-words.ts'

/*
 * What a host prints is read in time proportional to its length: every kind of probe that any module asks, and every
 * module's own reading of what its scripts say. The list is made from the modules and the entries of their parameters.
 */

const SIZE = 1 << 17
/** Milliseconds; the square of SIZE takes far longer. */
const AT_ONCE = 40
/** Four times the text: 4 is linear, 16 is quadratic. */
const MOST_GROWTH = 9
const PIECES = [
  '\n',
  ' ',
  'a',
  '\0',
  'x=\n',
  '\n\n',
  'a:b:c\n',
  '0 ',
  '\0fail\0',
  'k\0v\0',
  '"\\',
  '=====',
  '\r\n\t ',
]

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'muster-growth-'))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true })
})

/** A second of whatever else the machine does shows in one attempt, and hardly in all. */
async function cheapest(work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 4 && least > AT_ONCE; attempt += 1) {
    const start = process.threadCpuUsage()
    await work()
    const { user, system } = process.threadCpuUsage(start)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

async function isLinear(what: string, work: (text: string) => unknown): Promise<void> {
  for (const piece of PIECES) {
    const text = (size: number) => `${piece.repeat(Math.ceil(size / piece.length))}x`
    const first = await cheapest(() => work(text(SIZE)))
    if (first < AT_ONCE) continue
    const second = await cheapest(() => work(text(4 * SIZE)))
    expect(second / first, `${what}: ${JSON.stringify(piece)} took ${first} and ${second} ms`).toBeLessThan(
      MOST_GROWTH,
    )
  }
}

const output = (text: string): Output => ({
  ...{ rc: 0, stdout: Buffer.from(text), stderr: Buffer.from(text) },
  ...{ seconds: 0, truncated: false, timedOut: false },
})

const names = moduleNames().filter((name) => existsSync(join(HOME, `${name}.yaml`)))
const seen = new Set<string>()

describe.each(names)('%s', (name) => {
  const entries = entriesOf(name)
  test('reads what its probes and scripts say in linear time', { timeout: 120_000 }, async () => {
    if (entries.aws === true) return
    const probes: Probe<unknown>[] = []
    for (const [parameter, entry] of Object.entries(entries.parameters ?? {})) {
      if (entry.elsewhere !== undefined || entry.unproved !== undefined || entry.check === true) continue
      const given = Object.entries({ ...entries.base, ...entry.beside, [parameter]: entry.is ?? true })
      const args = valuesOf(
        Object.fromEntries(given.filter(([, value]) => value !== null)) as Record<string, Json>,
      )
      const host = { ...entries.host, ...entry.host }
      const first = await happening(name, args, { ...entries, host }, { directory, probes })
      if (first.result.failed && first.says.length === 0) continue
      const shape = `${name} ${first.says.map((says) => says.split(' ')[0]).join(' ')}`
      if (seen.has(shape)) continue
      seen.add(shape)
      await isLinear(shape, (text) =>
        happening(name, args, { ...entries, host: { ...host, runs: text } }, { directory }),
      )
    }
    for (const { kind, args } of probes) {
      if (seen.has(kind.name) && kind.name !== 'script') continue
      seen.add(kind.name)
      await isLinear(`probe ${kind.name}`, (text) => {
        try {
          kind.posix?.read(output(text), [args as never])
        } catch (error) {
          if (!(error instanceof TaskFailure)) throw error
        }
      })
    }
  })
})
