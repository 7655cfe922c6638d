import { failureResult } from '../../../modules/task-result.ts'
import type { Role } from '../../../playbook/roles/role.ts'
import { BEHIND_ALL } from '../../batch/turn.ts'
import { evaluateItem, evaluateTask } from '../evaluation/evaluate.ts'
import { evaluationFailure } from '../evaluation/evaluation-failure.ts'
import { registered, skippedResult } from '../evaluation/registered.ts'
import type { HostSession } from '../session.ts'
import type { Step } from './steps.ts'

/** The play is at its end for the host, which has not failed: it takes part in later plays. */
export class PlayEnded extends Error {}

/** The role is at its end for the host. */
export class RoleEnded extends Error {
  readonly role: Role

  constructor(role: Role) {
    super(`the role ${role.name} is ended`)
    this.role = role
  }
}

/** These are decided once for all hosts of a batch, by the first that comes there. */
const ONCE = ['end_batch', 'end_play', 'clear_host_errors']

/** Whether a task of `meta` is decided once for the batch. */
export function isDecidedOnce({ task }: Step): boolean {
  return task.directsRun && ONCE.includes(String(task.args.get('action')))
}

/**
 * A task of `meta` at its turn (facts/plays.md 13). It is not counted; only that it is left out is told.
 * @param flush runs the notified handlers
 * @throws PlayEnded, RoleEnded
 */
export async function runMeta(session: HostSession, step: Step, flush: () => Promise<void>): Promise<void> {
  const { batch, host, link, run } = session
  const { task } = step
  const action = String(task.args.get('action'))
  if (isDecidedOnce(step)) {
    const isFirst = await session.isFirstHere()
    const decided = isFirst
      ? await decideFor(session, step, () => isWanted(session, step))
      : await session.waiting(() => batch.decision(step.turn))
    if (!decided) return
  } else if (action !== 'noop' && action !== 'reset_connection' && !(await isWanted(session, step))) return
  if (action === 'flush_handlers') await flush()
  else if (action === 'end_role' && task.role !== undefined) throw new RoleEnded(task.role)
  else if (action === 'end_host') endHost(session)
  else if (action === 'end_batch') endHost(session)
  else if (action === 'end_play') {
    batch.endsPlay = true
    endHost(session)
  } else if (action === 'clear_facts') link.forget('everything')
  else if (action === 'reset_connection') {
    link.forget('everything')
    const { connection } = host
    host.connection = undefined
    await connection?.close()
  } else if (action === 'clear_host_errors') {
    for (const each of run.hosts.values()) {
      if (each.gone !== 'failed' && each.gone !== 'unreachable') continue
      each.gone = undefined
      each.goneAt = BEHIND_ALL
    }
    const kept = run.failures.filter(({ status }) => status !== 'failed' && status !== 'unreachable')
    run.failures.splice(0, run.failures.length, ...kept)
  }
}

function endHost({ host, position }: HostSession): never {
  host.goneAt = position
  throw new PlayEnded()
}

async function decideFor(
  session: HostSession,
  { turn }: Step,
  decide: () => Promise<boolean>,
): Promise<boolean> {
  let decided = false
  try {
    decided = await decide()
  } finally {
    session.batch.decide(turn, decided)
  }
  return decided
}

/** Asks `when`; what is left out is told. @throws TaskFailed when it cannot be evaluated */
async function isWanted(session: HostSession, { task, handler }: Step): Promise<boolean> {
  const started = performance.now()
  const evaluated = await session.evaluating(() => evaluateTask(session.standpoint, task))
  const item = await session.evaluating(() => evaluateItem(session.standpoint, evaluated, undefined))
  if (item.failure !== undefined) {
    const result = failureResult(evaluationFailure(item.failure))
    session.report.task(
      evaluated,
      { status: 'failed', result, registered: registered(result) },
      { handler, started },
    )
    session.report.count('failed', false, session.isRescued)
    throw session.failed({
      status: 'failed',
      task: evaluated.name,
      message: item.failure.message,
      hint: item.failure.hint,
    })
  }
  if (item.skip === undefined) return true
  const result = skippedResult(item.skip)
  session.report.task(
    evaluated,
    { status: 'skipped', result, registered: registered(result) },
    { handler, started },
  )
  return false
}
