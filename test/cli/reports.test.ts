import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunningMuster } from '../run/muster.ts'

// What is left of a run, and what muster makes of it afterwards.

let folder: string
const muster = (...words: string[]) =>
  new RunningMuster(words, {
    environment: { XDG_STATE_HOME: join(folder, 'state'), GITHUB_STEP_SUMMARY: join(folder, 'summary.md') },
    cwd: folder,
  }).ended

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-reports-'))
  await writeFile(
    join(folder, 'hosts.yaml'),
    'all: { vars: { ansible_db_password: s3cret-word }, hosts: { web01: {}, web02: {}, db: {} } }\n',
  )
  await writeFile(
    join(folder, 'play.yaml'),
    `- hosts: all
  gather_facts: false
  tasks:
    - name: motd
      copy:
        { content: "{{ inventory_hostname }} {{ ansible_db_password }}\\n", dest: "${folder}/{{ inventory_hostname }}" }
    - name: says it
      command: echo {{ ansible_db_password }}
    - name: fails
      command: sh -c 'echo s3cret-word is refused >&2; exit 3'
      when: inventory_hostname == 'db'
`,
  )
  expect((await muster('apply', 'play.yaml', '-i', 'hosts.yaml', '-c', 'local', '--diff')).code).toBe(2)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a run is listed, shown, reported in each format, and summed up for a CI job; none shows a secret', async () => {
  const listed = (await muster('runs')).stdout.trimEnd().split('\n')
  expect(listed).toHaveLength(2)
  expect(listed[1]).toMatch(/^\S+ {2}\S+ \S+ {2}[\d.]+ s +3 +3 +1 host failed +play\.yaml$/)
  const run = listed[1]!.split(' ')[0]!
  const story = (await muster('runs', 'show', run.slice(0, 18), '--host', 'db')).stdout
  expect(story).toMatch(/failed fails \(play\.yaml:9:7\): non-zero return code/)
  const texts = [story]
  for (const format of ['html', 'markdown', 'junit', 'sarif', 'json']) {
    const file = join(folder, `report.${format}`)
    expect((await muster('report', '--format', format, '-o', file)).code).toBe(0)
    texts.push(await readFile(file, 'utf8'))
  }
  expect(await readFile(join(folder, 'summary.md'), 'utf8')).toBe(texts[2])
  texts.push(await readFile(join(folder, 'state/muster/runs', run, 'events.jsonl'), 'utf8'))
  for (const text of texts) {
    expect(text).toContain('fails')
    expect(text).not.toContain('s3cret')
  }
  expect(texts[2]).toContain('+++ after: ')
})

test('a run that is not there, or not named clearly, is a mistake', async () => {
  expect(await muster('report', 'nothing')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no run on record begins with nothing'),
  })
  await mkdir(join(folder, 'state/muster/runs/20250101T000000-aaaaaaaa'), { recursive: true })
  expect((await muster('runs', 'show', '20250101')).stderr).toContain('recorded no events')
  expect((await muster('report', '20')).stderr).toContain('2 runs begin with 20')
  expect((await muster('runs', 'prune', '--keep', '1')).stdout).toBe(
    'removed 20250101T000000-aaaaaaaa\n1 removed\n',
  )
})
