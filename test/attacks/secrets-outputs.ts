import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunWords } from '../../src/cli/options/run-options.ts'
import { runFromWords } from '../../src/cli/run-command.ts'
import { jsonReport } from '../../src/report/json.ts'
import { logReport } from '../../src/report/log.ts'
import type { RunEvent } from '../../src/run/record/events.ts'
import { InputError } from '../../src/values/problem.ts'
import { Input } from '../run/input.ts'

/** All that a run shows or leaves behind: name of the output -> its text. */
export interface Shown {
  readonly outputs: ReadonlyMap<string, string>
  readonly events: readonly RunEvent[]
}

/**
 * Applies a playbook (`play.yaml` of the files) to this machine, and gives what every kind of report says of it, the
 * journal, and what it was refused with.
 */
export async function showRun(
  files: Readonly<Record<string, string>>,
  words: (folder: string) => RunWords = () => ({}),
): Promise<Shown> {
  const state = await mkdtemp(join(tmpdir(), 'muster-state-'))
  const before = process.env['XDG_STATE_HOME']
  process.env['XDG_STATE_HOME'] = state
  const input = await Input.write({ 'hosts.yaml': 'all: {hosts: {here: }}\n', ...files })
  const outputs = new Map<string, string>()
  const into = (name: string) => (text: string) => outputs.set(name, (outputs.get(name) ?? '') + text)
  const events: RunEvent[] = []
  const reports = [
    jsonReport(into('--json')),
    logReport(into('the log'), { verbosity: 0, diff: false }),
    logReport(into('the log with -vv and --diff'), { verbosity: 2, diff: true }),
  ]
  try {
    await runFromWords(
      'apply',
      join(input.folder, 'play.yaml'),
      {
        inventory: [join(input.folder, 'hosts.yaml')],
        connection: 'local',
        diff: true,
        verbose: 2,
        ...words(input.folder),
      },
      (event) => {
        events.push(event)
        for (const report of reports) report(event)
      },
    )
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    outputs.set('the refusal', error.message)
  } finally {
    if (before === undefined) delete process.env['XDG_STATE_HOME']
    else process.env['XDG_STATE_HOME'] = before
    for (const entry of await readdir(state, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) into('the journal')(await readFile(join(entry.parentPath, entry.name), 'utf8'))
    await rm(state, { recursive: true, force: true })
    await input.remove()
  }
  return { outputs, events }
}
