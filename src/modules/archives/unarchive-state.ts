import type { AnswersOf } from '../../probes/probe.ts'
import { type PathFacts, stat } from '../../probes/stat.ts'
import { type Owners, observeOwners, readOwners } from '../files/attributes/owners.ts'
import { observeAncestors, Trust, withoutSlash } from '../files/trust.ts'
import type { UnarchiveParameters } from './unarchive-parameters.ts'
import { observeLeftovers, type WorkingDirectory, workingDirectory } from './working-directory.ts'

/** What the host says before anything is sent. */
export interface UnarchiveState {
  readonly dest: PathFacts
  readonly trust: Trust
  /** Null when the task does not name it. */
  readonly creates: PathFacts | null
  readonly owners: Owners
  readonly work: WorkingDirectory
}

/** Asks for the target, for `creates`, for the owners, and for what an interrupted run left. */
export function observeUnarchive(params: UnarchiveParameters) {
  const { creates } = params
  const dest = withoutSlash(params.dest)
  return {
    ...observeOwners(params),
    ancestors: observeAncestors(dest),
    dest: stat(dest),
    creates: creates === undefined ? undefined : stat(creates),
    left: observeLeftovers({ dest: params.dest, creates }),
  }
}

/** @throws TaskFailure for a link on the way that leads astray */
export function readUnarchive(
  params: UnarchiveParameters,
  answers: AnswersOf<ReturnType<typeof observeUnarchive>>,
): UnarchiveState {
  const { ancestors, dest, left } = answers
  const trust = new Trust(answers.runs, [...ancestors, dest])
  trust.followWay(ancestors, dest)
  trust.follow(dest)
  const creates = answers.creates ?? null
  const { base, interrupted } = left
  return {
    dest,
    trust,
    creates,
    owners: readOwners(params, answers),
    work: workingDirectory(
      base,
      { dest: params.dest, creates: params.creates },
      { creates: creates?.path, interrupted },
    ),
  }
}

/** Whether something is there in the end; a link to nothing is not. */
export function exists(facts: PathFacts): boolean {
  return facts.link === null ? facts.stat !== null : facts.target !== null
}

/** Whether it is a directory, or leads to one. */
export function isDirectory(facts: PathFacts): boolean {
  return (facts.target?.stat ?? facts.stat)?.kind === 'directory'
}
