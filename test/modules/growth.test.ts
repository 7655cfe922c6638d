import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { FactAnswers } from '../../src/modules/facts/group.ts'
import { FACT_GROUPS } from '../../src/modules/facts/index.ts'
import { moduleNames } from '../../src/modules/registry.ts'
import { listening } from '../../src/probes/listening.ts'
import { mention } from '../../src/probes/mention.ts'
import { platform } from '../../src/probes/platform.ts'
import type { Probe } from '../../src/probes/probe.ts'
import { unitSummary } from '../../src/probes/unit-summary.ts'
import { htmlReport } from '../../src/report/afterwards/html.ts'
import { junitReport } from '../../src/report/afterwards/junit.ts'
import { markdownReport } from '../../src/report/afterwards/markdown.ts'
import { sarifReport } from '../../src/report/afterwards/sarif.ts'
import { type Story, storyJson, storyOf } from '../../src/report/afterwards/story.ts'
import { storyText } from '../../src/report/afterwards/story-text.ts'
import { TaskFailure } from '../../src/values/task-failure.ts'
import type { Output } from '../../src/values/transfer.ts'
import { began, ended, told } from '../report/afterwards/stories.ts'
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

async function isLinear(what: string, work: (text: string) => unknown, most = SIZE): Promise<void> {
  for (const piece of PIECES) {
    const text = (size: number) => `${piece.repeat(Math.ceil(size / piece.length))}x`
    const first = await cheapest(() => work(text(most)))
    if (first < AT_ONCE) continue
    const second = await cheapest(() => work(text(4 * most)))
    expect(second / first, `${what}: ${JSON.stringify(piece)} took ${first} and ${second} ms`).toBeLessThan(
      MOST_GROWTH,
    )
  }
}

const output = (text: string): Output => ({
  ...{ rc: 0, stdout: Buffer.from(text), stderr: Buffer.from(text) },
  ...{ seconds: 0, truncated: false, timedOut: false },
})

async function readsLinearly({ kind, args }: Probe<unknown>): Promise<void> {
  if (seen.has(kind.name) && kind.name !== 'script') return
  seen.add(kind.name)
  await isLinear(`probe ${kind.name}`, (text) => {
    for (const form of [kind.posix, kind.powershell])
      try {
        form?.read(output(text), [args as never])
      } catch (error) {
        if (!(error instanceof TaskFailure)) throw error
      }
  })
}

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
    for (const probe of probes) await readsLinearly(probe)
  })
})

/** What only modules ask that also talk to AWS. */
const BESIDE: readonly Probe<unknown>[] = [
  listening(80),
  mention('/etc/f', 'word'),
  platform(),
  unitSummary('ssh.service'),
]

test('every kind of probe is among them', async () => {
  for (const probe of BESIDE) await readsLinearly(probe)
  const folder = join(import.meta.dirname, '../../src/probes')
  const kinds = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(join(folder, name), 'utf8').matchAll(/ProbeKind<[^=]*= \{\s*name: '([^']+)'/g),
    ])
    .map(([, name = '']) => name)
  expect(kinds.length).toBeGreaterThan(20)
  expect(kinds.filter((name) => !seen.has(name))).toEqual([])
})

/** The names of the fields that a script prints. */
function fieldsOf(script: string): string[] {
  const found = script.matchAll(/printf '([a-z_]+)\\0|\bm_(?:one|all|is) ([a-z_]+)|\bm_k=([a-z]+)/g)
  return [...new Set([...found].map(([, one, other, third]) => (one ?? other ?? third) as string))]
}

test.each(FACT_GROUPS.map((group) => [group.name, group] as const))('facts: %s', async (_, group) => {
  const script = group.script({ factPath: '/etc/ansible/facts.d', timeout: 10 }).reveal()
  for (const name of ['name', ...fieldsOf(script)])
    await isLinear(`facts ${group.name}, ${name}`, (text) =>
      group.read(
        new FactAnswers([
          { name: 'name', value: Buffer.from('a') },
          { name, value: Buffer.from(text) },
        ]),
      ),
    )
})

const REPORTS: Readonly<Record<string, (story: Story) => unknown>> = {
  html: (story) => htmlReport(story, false),
  markdown: (story) => markdownReport(story, false),
  junit: junitReport,
  sarif: (story) => sarifReport(story, '1', '/work'),
  json: (story) => JSON.stringify(storyJson(story)),
  text: (story) => storyText(story, false, { diff: true }),
}

test.each(Object.entries(REPORTS))('a report of a run: %s', { timeout: 60_000 }, async (name, report) => {
  const read = (text: string) => {
    const failure = { host: 'web01', task: 'copy', status: 'failed', message: text, hint: text } as const
    const diff = [{ header: 'a file', before: text, after: `${text}y` }]
    const result = new Map([['stdout', text]])
    const story = storyOf([
      began(),
      told(1, 'web01', 'copy', 'failed', { message: text, hint: text, diff, result }),
      ended({ web01: { failed: 1 } }, [failure as never]),
    ])
    return report(story as Story)
  }
  await isLinear(`report ${name}`, read, SIZE / 8)
})
