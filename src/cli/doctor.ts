import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { CONTROLLER, type DoctorRow, doctorReport } from '../report/doctor.ts'
import { EXIT } from '../run/exit-code.ts'
import type { Failure, RunEvent } from '../run/record/events.ts'
import { jsonLine } from '../values/text/visible.ts'
import { isDict, type Value } from '../values/value.ts'
import { addRunOptions, type RunWords } from './options/run-options.ts'
import { runFromWords } from './run-command.ts'

const PLAYBOOK = fileURLToPath(new URL('../../playbooks/doctor.yaml', import.meta.url))

/** The playbook's first play is the controller's. */
const LOCALHOST = 'localhost'

/** `muster doctor`: whether AWS is in reach from here and from each host, and whether the hosts are ready, as a table. */
export function doctorCommand(): Command {
  return addRunOptions(new Command('doctor'))
    .action(async (words: RunWords) => {
      const rows: DoctorRow[] = []
      // A plan: not even a journal is written.
      const result = await runFromWords('plan', PLAYBOOK, words, (event) => rows.push(...rowsOf(event)))
      if (result.exitCode === EXIT.interrupted) {
        process.exitCode = EXIT.interrupted
        return
      }
      rows.push(...result.failures.map(failureRow))
      process.stdout.write(
        words.json === true
          ? `${jsonLine({ at: new Date().toISOString(), type: 'doctor', findings: rows })}\n`
          : doctorReport(rows, (words.verbose ?? 0) > 0),
      )
      process.exitCode = rows.some(({ status }) => status === 'failed') ? EXIT.failed : EXIT.ok
    })
    .addHelpText('after', '\nExit codes: 0 nothing is in the way, 2 something is, 1 refused, 130 interrupted')
}

function rowsOf(event: RunEvent): DoctorRow[] {
  if (event.type !== 'task') return []
  const findings = event.result.get('findings')
  if (!Array.isArray(findings)) return []
  const where = event.host === LOCALHOST ? CONTROLLER : event.host
  // Of several regions the one that was asked.
  const of = event.item === undefined || event.item === '' ? '' : `${event.item}: `
  return findings.filter(isDict).map((finding) => {
    const text = (key: string): string => String(finding.get(key) ?? ('' satisfies Value))
    return {
      where,
      check: text('check'),
      status: text('status'),
      found: `${of}${text('found')}`,
      next: finding.get('next') === null ? null : text('next'),
    }
  })
}

/** A host that could not be looked at: what kept it from that is what was found. */
function failureRow({ host, status, message, hint }: Failure): DoctorRow {
  return {
    where: host === LOCALHOST ? CONTROLLER : host,
    check: status === 'unreachable' ? 'connection' : 'look',
    status: 'failed',
    found: message,
    next: hint ?? null,
  }
}
