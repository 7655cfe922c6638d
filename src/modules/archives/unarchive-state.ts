import { assignPath } from '../../probes/expand-path.ts'
import { field, readFields, textField } from '../../probes/fields.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { observePath, type PathFacts, pathFunctions, readPaths } from '../files/observe-path.ts'
import { type Owners, ownersScript, readOwners } from '../files/owners.ts'
import type { UnarchiveParameters } from './unarchive-parameters.ts'
import { observeLeftovers, type WorkingDirectory, workingDirectory } from './working-directory.ts'

/** What the host says before anything is sent. */
export interface UnarchiveState {
  readonly dest: PathFacts
  /** Null when the task does not name it. */
  readonly creates: PathFacts | null
  readonly owners: Owners
  readonly work: WorkingDirectory
}

/** Looks at the target, at `creates`, at the owners, and for what an interrupted run left. */
export function observeUnarchive(params: UnarchiveParameters): Probe<UnarchiveState> {
  const { dest, creates } = params
  return scriptProbe(
    lines([
      pathFunctions,
      assignPath('m_p', dest),
      observePath(sh`$m_p`, false),
      ...(creates === undefined ? [] : [assignPath('m_p', creates), observePath(sh`$m_p`, false)]),
      ownersScript(params.owner, params.group),
      observeLeftovers({ dest, creates }),
    ]),
    (output) => {
      const fields = readFields(output, `look at ${dest}`)
      const [found, created] = readPaths(fields)
      if (found === undefined || (creates !== undefined && created === undefined))
        throw new TaskFailure("the host's answer makes no sense (it does not say what is at dest)")
      const base = textField(fields, 'base')
      if (base !== '/tmp' && base !== '/var/tmp')
        throw new TaskFailure("the host's answer makes no sense (it names another temporary directory)")
      const interrupted = field(fields, 'interrupted') !== undefined
      return {
        dest: found,
        creates: created ?? null,
        owners: readOwners(fields, params.owner, params.group),
        work: workingDirectory(base, { dest, creates }, { creates: created?.path, interrupted }),
      }
    },
  )
}

/** Whether something is there in the end; a link to nothing is not. */
export function exists(facts: PathFacts): boolean {
  return facts.link === null ? facts.stat !== null : facts.target !== null
}

/** Whether it is a directory, or leads to one. */
export function isDirectory(facts: PathFacts): boolean {
  return (facts.target?.stat ?? facts.stat)?.kind === 'directory'
}
