import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunWords } from '../../src/cli/options/run-options.ts'
import { Input } from './input.ts'

let jobs: string
beforeAll(async () => {
  jobs = await mkdtemp(join(tmpdir(), 'muster-jobs-'))
})
afterAll(async () => {
  await rm(jobs, { recursive: true })
})

async function run(tasks: string, words: RunWords = {}) {
  const input = await Input.write({
    'hosts.yaml': 'all: { hosts: { one: , two: } }\n',
    'play.yaml': `- hosts: one\n  gather_facts: false\n  environment: { ANSIBLE_ASYNC_DIR: ${jobs} }\n  tasks:\n${tasks.replaceAll(/^/gm, '    ')}\n`,
  })
  try {
    const { result, events } = await input.apply({ check: false, ...words })
    const results = events.flatMap((event) =>
      event.type === 'task' && event.item === undefined
        ? [Object.fromEntries(event.result) as Record<string, unknown>]
        : [],
    )
    const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
    return { result, results, warnings, text: JSON.stringify(events) }
  } finally {
    await input.remove()
  }
}

/** Looks until the job has ended; one that has not is looked at twice in a second. */
const waiting = (job = 'job') => `
- async_status: { jid: "{{ ${job}.ansible_job_id }}" }
  register: result
  until: result is finished
  retries: 100
  delay: 0.1`

test('async with poll is the time that a task may take', async () => {
  const slow = await run('- command: sleep 60\n  async: 1\n  poll: 5')
  expect(slow.result.failures[0]?.message).toContain('Timed out after 1 second')
  const quick = await run('- command: echo done\n  async: 30\n  poll: 5')
  expect(quick.result.failures).toEqual([])
})

test('with poll: 0 a command goes on by itself, and async_status sees it end', async () => {
  const { results, warnings } = await run(`
- shell: |
    read -r line; echo "out $line $WORD $PWD"; echo err >&2; umask
  args: { stdin: given, chdir: /usr }
  environment: { WORD: "it's" }
  async: 60
  poll: "{{ 0 }}"
  register: job
- assert: { that: [job is changed, job is not finished, job is started, "job.results_file == '${jobs}/' ~ job.ansible_job_id"] }
${waiting()}
- async_status: { jid: "{{ job.ansible_job_id }}", mode: cleanup }
- async_status: { jid: "{{ job.ansible_job_id }}" }
  ignore_errors: true`)
  const [started, , ended, cleaned, gone] = results
  expect(started).toMatchObject({ changed: true, finished: false, started: true })
  expect(ended).toMatchObject({
    finished: true,
    changed: true,
    rc: 0,
    stdout: `out given it's /usr\n${process.umask().toString(8).padStart(4, '0')}`,
    stderr: 'err',
    ansible_job_id: started?.['ansible_job_id'],
  })
  expect(ended?.['cmd']).toContain('read -r line')
  expect(cleaned).toMatchObject({ changed: false, erased: started?.['results_file'] })
  expect(gone).toMatchObject({ failed: true, msg: 'could not find job' })
  expect(warnings).toEqual([])
  expect(await readdir(jobs)).toEqual([])
})

test('a job that fails, is missing its program, or takes too long fails async_status', async () => {
  const ended = async (task: string) =>
    (
      await run(
        `${task}\n  poll: 0\n  register: job\n${waiting()}\n  ignore_errors: true\n- async_status: { jid: "{{ job.ansible_job_id }}", mode: cleanup }`,
      )
    ).results[1]
  expect(await ended('- command: /bin/sh -c "exit 3"\n  async: 60')).toMatchObject({
    rc: 3,
    failed: true,
    msg: 'non-zero return code',
    cmd: ['/bin/sh', '-c', 'exit 3'],
  })
  expect(await ended('- command: /no/such/program\n  async: 60')).toMatchObject({
    msg: 'Error executing command.',
    changed: false,
  })
  const late = await ended('- shell: sleep 60 & sleep 61\n  async: 1')
  expect(late).toMatchObject({ failed: true, finished: true, msg: expect.stringContaining('timed out') })
})

test('where nothing is to be done the job is one that has ended', async () => {
  const { results } = await run(`
- command: /bin/false creates=/
  async: 60
  poll: 0
  register: job
${waiting()}
- async_status: { jid: "{{ job.ansible_job_id }}", mode: cleanup }`)
  expect(results[0]).toMatchObject({ changed: false, finished: true })
  expect(results[1]).toMatchObject({
    changed: false,
    finished: true,
    rc: 0,
    stdout: 'skipped, since / exists',
  })
})

test('a job goes on when muster has ended, which names it; its secrets are in no process list and no file', async () => {
  const { results, warnings, text } = await run(
    `
- shell: "echo {{ ansible_password }} | wc -c; until [ -e ${jobs}/go ]; do sleep 0.1; done"
  async: 60
  poll: 0
  register: job
  loop: [1]
  delegate_to: two`,
    { extraVars: ['ansible_password=hunter22'] },
  )
  const [{ results: items }] = results as [{ results: ReadonlyMap<string, string>[] }]
  const id = items[0]!.get('ansible_job_id')!
  expect(warnings).toEqual([
    expect.stringMatching(new RegExp(`the job ${id} \\('shell'\\) on one goes on: .*async_status`)),
  ])
  expect(text).not.toContain('hunter22')
  const folder = join(jobs, id)
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  await expect.poll(() => readFile(join(folder, 'stdout'), 'utf8')).toBe('9\n')
  for (const file of await readdir(folder))
    expect(await readFile(join(folder, file), 'utf8')).not.toContain('hunter22')
  const pid = Number(await readFile(join(folder, 'pid'), 'utf8'))
  expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('hunter22')
  const look = `- async_status: { jid: ${id} }\n  register: result`
  expect((await run(look)).results[0]).toMatchObject({ finished: false, changed: false })
  process.kill(-pid, 'SIGKILL')
  await expect
    .poll(async () => (await run(look)).results[0]?.['msg'], { timeout: 15_000 })
    .toMatch(/ended without a status/)
  await run(`- async_status: { jid: ${id}, mode: cleanup }`)
})

test('what cannot go on by itself is refused by name, and in check mode nothing is begun', async () => {
  const { result } = await run(
    '- file: { path: /tmp/muster-async-never, state: touch }\n  async: 5\n  poll: 0',
  )
  expect(result.failures[0]?.message).toBe('poll: 0 is for command and shell on POSIX hosts')
  const checked = await run('- command: "true"\n  async: 5\n  poll: 0', { check: true })
  expect(checked.results[0]).toMatchObject({ skipped: true })
  expect(await readdir(jobs)).toEqual([])
  expect((await run('- async_status: { jid: ../x }')).result.failures[0]?.message).toContain(
    'there can be no job',
  )
  expect((await run('- command: echo x\n  async: 0\n  poll: 0')).results[0]).toMatchObject({ stdout: 'x' })
})
