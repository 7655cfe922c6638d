import { createHash } from 'node:crypto'
import { isAbsolute, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Log, PhysicalLocation, Result, Run } from 'sarif'
import type { Position } from '../../values/position.ts'
import type { Problem } from '../../values/problem.ts'
import { visible } from '../../values/text/visible.ts'
import { hostSet } from '../host-set.ts'
import type { Story } from './story.ts'
import { failuresOf, type MergedFailure } from './summary.ts'

/**
 * The failures of a run in SARIF 2.1.0 (OASIS), which code hosts show beside the playbook's lines: a result for what
 * went wrong in the same way, at its task.
 *
 * @param version of muster
 * @param base folder to which paths are relative: the repository, in a CI job
 */
export function sarifReport(story: Story, version: string, base: string): string {
  const failures = failuresOf(story)
  const rules = [...new Set(failures.map(ruleOf))]
  return sarif({
    tool: { driver: { name: 'muster', version, rules: rules.map((id) => ({ id })) } },
    automationDetails: { id: `muster/${story.run}` },
    invocations: [
      {
        executionSuccessful: story.ended !== undefined && story.failures.length === 0,
        startTimeUtc: story.began.toISOString(),
      },
    ],
    results: failures.map((failure) => result(failure, story, base)),
  })
}

function sarif(run: Run): string {
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [run],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

/** Mistakes of an input in SARIF, each at its place. @param base folder to which paths are relative */
export function problemsSarif(problems: readonly Problem[], version: string, base: string): string {
  return sarif({
    tool: { driver: { name: 'muster', version, rules: [{ id: 'input' }] } },
    results: problems.map(({ message, position, hint }) => ({
      ruleId: 'input',
      level: 'error',
      message: { text: visible(hint === undefined ? message : `${message}\nwhat to do: ${hint}`, false) },
      ...(position === undefined ? {} : { locations: [{ physicalLocation: physical(position, base) }] }),
    })),
  })
}

/** The module that failed, or how the host was lost. */
function ruleOf({ at, status }: MergedFailure): string {
  return at?.module || status
}

function result(failure: MergedFailure, { playbook }: Story, base: string): Result {
  const { hosts, task, status, message, hint } = failure
  const where = task === undefined || task === '' ? '' : ` at '${task}'`
  const position = failure.at?.position ?? { file: playbook }
  return {
    ruleId: ruleOf(failure),
    level: 'error',
    message: {
      text: visible(
        [
          `${status} on ${hostSet(hosts)}${where}: ${message}`,
          ...(hint === undefined ? [] : [`what to do: ${hint}`]),
        ].join('\n'),
        false,
      ),
    },
    locations: [{ physicalLocation: physical(position, base) }],
    partialFingerprints: {
      // The same failure of the same task, whatever hosts have it.
      'muster/v1': createHash('sha256')
        .update(JSON.stringify([playbook, task, status, ruleOf(failure)]))
        .digest('hex')
        .slice(0, 32),
    },
  }
}

function physical({ file, line, column }: Position, base: string): PhysicalLocation {
  const path = isAbsolute(file) ? relative(base, file) : file
  const uri = path.startsWith('..')
    ? pathToFileURL(file).href
    : path.split('/').map(encodeURIComponent).join('/')
  return {
    artifactLocation: { uri },
    ...(line === undefined
      ? {}
      : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } }),
  }
}
