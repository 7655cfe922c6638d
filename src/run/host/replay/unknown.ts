import type { ConnectionError } from '../../../connection/connection.ts'
import { failureResult, resultOf, type TaskResult } from '../../../modules/task-result.ts'
import { probesOf } from '../../../probes/probe.ts'
import { TaskFailure } from '../../../values/task-failure.ts'
import type { EvaluatedItem, EvaluatedTask } from '../evaluation/evaluate.ts'
import type { HostSession } from '../session.ts'

/** Whether looking anew, and doing what it asks for, does what the lost connection would have done. */
export function repeatable({ module }: EvaluatedTask, { params, probes }: EvaluatedItem): boolean {
  return module.repeatable?.(params as never) ?? probesOf(probes).length > 0
}

/** It was sent, and its answer is lost: only looking can tell, and this module cannot look. */
export function unknown({ host }: HostSession, { name }: EvaluatedTask, error: ConnectionError): TaskResult {
  const failure = new TaskFailure(`it was started, and the answer was lost: ${error.message}`, {
    hint: `find out on ${host.name} whether '${name}' was done`,
  })
  return { ...failureResult(failure), unknown: true }
}

/** An earlier run had begun it, and nobody saw its end. */
export function unknownBefore({ host, run }: HostSession, { name }: EvaluatedTask): TaskResult {
  const failure = new TaskFailure(
    `the run ${run.resumed?.steps.run} had begun it, and nobody saw its end; this module cannot look whether it was done`,
    {
      hint: `find out on ${host.name} whether '${name}' was done; then resume with --unknown done, or with --unknown again to do it again`,
    },
  )
  return { ...failureResult(failure), unknown: true }
}

/** The user knows that it was done. */
export function takenAsDone(): TaskResult {
  return resultOf({ changed: true, msg: 'done by an earlier run, as --unknown says' }, true, [])
}
