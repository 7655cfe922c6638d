import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { earlierRuns, pruneRuns } from '../../../src/run/record/earlier-runs.ts'
import { Journal } from '../../../src/run/record/journal.ts'
import { newRunId } from '../../../src/run/record/run-id.ts'
import { stateFolder } from '../../../src/run/record/state-folders.ts'
import { Masker } from '../../../src/values/masking/masker.ts'
import { Secret } from '../../../src/values/secret.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-journal-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

describe('Journal', () => {
  test('is a file for the user alone, a JSON object a line, and shows no secret', async () => {
    const masker = new Masker()
    masker.learn(new Secret('s3cret-code'))
    const journal = await Journal.open(folder, newRunId(), masker)
    await journal.write({ event: 'bug', host: 'web01', stack: 'at s3cret-code' })
    await journal.close()
    expect((await stat(journal.path)).mode & 0o777).toBe(0o600)
    const text = await readFile(journal.path, 'utf8')
    expect(text).not.toContain('s3cret-code')
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { event: string }).event),
    ).toEqual(['run', 'bug', 'end'])
  })

  test('tells which earlier runs ended, which live, and where the dead ones left activations', async () => {
    const living = await Journal.open(folder, '20260101T000000-living', new Masker())
    await living.write({ event: 'activation-intent', region: 'eu-central-1', limit: 1 })
    const ended = await Journal.open(folder, '20260101T000001-ended', new Masker())
    await ended.close()
    const dead = join(folder, 'runs', '20260101T000002-dead')
    await mkdir(dead, { recursive: true })
    // A process that is gone, and a last line that a kill cut off.
    await writeFile(
      join(dead, 'journal.jsonl'),
      '{"event":"run","pid":999999999,"started":"x"}\n{"event":"activation-intent","region":"us-east-1"}\n' +
        ['created","id":"a1', 'created","id":"a2', 'deleted","id":"a1']
          .map((what) => `{"event":"activation-${what}","region":"us-east-1"}\n`)
          .join(''),
    )
    await appendFile(join(dead, 'journal.jsonl'), '{"event":"activ')
    expect(await earlierRuns(folder)).toEqual([
      {
        run: '20260101T000000-living',
        ended: false,
        alive: true,
        regions: ['eu-central-1'],
        activations: [],
        cleaned: [],
      },
      { run: '20260101T000001-ended', ended: true, alive: false, regions: [], activations: [], cleaned: [] },
      {
        run: '20260101T000002-dead',
        ended: false,
        alive: false,
        regions: ['us-east-1'],
        activations: [{ region: 'us-east-1', id: 'a2' }],
        cleaned: [],
      },
    ])
    await living.close()
  })

  test('a pid that was given to another process is not the old one', async () => {
    const run = join(folder, 'runs', '20260101T000003-reused')
    await mkdir(run, { recursive: true })
    await writeFile(
      join(run, 'journal.jsonl'),
      `{"event":"run","pid":${process.pid},"started":"another boot/1"}\n`,
    )
    expect((await earlierRuns(folder))[0]?.alive).toBe(false)
  })
})

test('old runs are removed, but never one that lives or whose activations nobody deleted', async () => {
  const record = async (run: string, ...entries: string[]) => {
    await mkdir(join(folder, 'runs', run), { recursive: true })
    await writeFile(join(folder, 'runs', run, 'journal.jsonl'), entries.map((entry) => `${entry}\n`).join(''))
  }
  const begun = '{"event":"run","pid":999999999,"started":"x"}'
  const intent = '{"event":"activation-intent","region":"us-east-1"}'
  await record('20260101T000000-left', begun, intent)
  await record('20260101T000001-cleaned', begun, intent)
  await record('20260101T000002-ended', begun, '{"event":"end"}')
  await record('20260201T000000-cleaner', begun, '{"event":"orphans-deleted","of":"20260101T000001-cleaned"}')
  const living = await Journal.open(folder, '20260101T000003-living', new Masker())
  await record('20260301T000000-newest', begun, '{"event":"end"}')
  expect(await pruneRuns(folder, { keep: 6 })).toEqual([])
  expect(await pruneRuns(folder, { keep: 0, before: new Date('2026-01-15T00:00:00Z') })).toEqual([
    '20260101T000001-cleaned',
    '20260101T000002-ended',
  ])
  expect(await pruneRuns(folder, { keep: 1 })).toEqual(['20260201T000000-cleaner'])
  expect((await earlierRuns(folder)).map(({ run }) => run)).toEqual([
    '20260101T000000-left',
    '20260101T000003-living',
    '20260301T000000-newest',
  ])
  await living.close()
})

test('the state folder follows XDG and is closed to others', async () => {
  const made = await stateFolder({ XDG_STATE_HOME: join(folder, 'state'), HOME: folder })
  expect(made).toBe(join(folder, 'state/muster'))
  expect((await stat(made)).mode & 0o777).toBe(0o700)
  expect(await stateFolder({ XDG_STATE_HOME: 'relative', HOME: folder })).toBe(
    join(folder, '.local/state/muster'),
  )
})

test('a state folder that cannot be made is a mistake of the input, with another way', async () => {
  await expect(stateFolder({ XDG_STATE_HOME: '/dev/null' })).rejects.toThrow(
    /^muster's folder for journals \/dev\/null\/muster cannot be written: ENOTDIR.*\n.*XDG_STATE_HOME/,
  )
})
