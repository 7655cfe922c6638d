import type { Become, Connection } from '../../../src/connection/connection.ts'
import { readParameters } from '../../../src/modules/check-parameters.ts'
import { execute } from '../../../src/modules/execute.ts'
import type { Action, Diff, Module, ModuleContext } from '../../../src/modules/module.ts'
import { failureResult, type TaskResult } from '../../../src/modules/task-result.ts'
import { answersOf, type ProbeSet, probesOf } from '../../../src/probes/probe.ts'
import { type Known, type Language, probeSteps } from '../../../src/probes/request.ts'
import { TaskFailure } from '../../../src/values/task-failure.ts'
import type { Output } from '../../../src/values/transfer.ts'
import type { Value } from '../../../src/values/value.ts'

/** What a module made of one task: the part of the runner's result that cases speak of. */
export interface Ran {
  readonly changed: boolean
  readonly failed: boolean
  readonly skipped: boolean
  readonly msg: string | undefined
  readonly result: Readonly<Record<string, Value>>
  readonly diff: readonly Diff[]
  /** What was done on the host, in the module's own words. */
  readonly did: readonly string[]
  /** The part of it that counts as a change. */
  readonly changes: readonly string[]
  /** Requests and pushes that converge cost, beyond the look. */
  readonly requests: number
}

/** Has a module do a task on a host with the executor of the runner: parameters, one look, then what it yields. */
export async function runModule(
  module: Module,
  args: ReadonlyMap<string, Value>,
  context: ModuleContext,
  connection: Connection,
  become: Become | undefined,
): Promise<Ran> {
  const did: string[] = []
  const changes: string[] = []
  const told = (result: TaskResult): Ran => ({
    changed: result.changed,
    failed: result.failed,
    skipped: result.skipped,
    msg: result.message,
    result: Object.fromEntries(result.values) as Record<string, Value>,
    diff: result.diff,
    did,
    changes,
    requests: did.length,
  })
  const noted = (action: Action): void => {
    did.push(action.says)
    if ('silent' in action ? action.silent !== true : action.kind !== 'look' && action.kind !== 'wait')
      changes.push(action.says)
  }
  // Not asked of those that have no connection.
  const language = module.runsOn === 'host' && connection.platform === 'windows' ? 'powershell' : 'posix'
  const send = async (steps: Parameters<Connection['request']>[1]) => connection.request(become, steps)
  try {
    const params = readParameters(module, args)
    const probes = await module.observe(params as never, context)
    const answers = await ask(probes, send, language)
    const result = await execute(
      { module, params, answers, context },
      {
        look: async (more) => {
          did.push('look')
          return ask(more, send, language)
        },
        run: async (action) => {
          noted(action)
          const stdin = action.stdin === undefined ? {} : { stdin: action.stdin }
          const contained = action.contained === undefined ? {} : { contained: action.contained }
          return (await send([{ script: action.script, ...stdin, ...contained }]))[0] as Output
        },
        push: (action) => {
          noted(action)
          return connection.push(become, action.source, action.to)
        },
        call: (action, signal) => {
          noted(action)
          return action.call(signal)
        },
        wait: (action, signal) => {
          noted(action)
          return action.call(signal)
        },
        intend: () => Promise.resolve(),
      },
    )
    return told(result)
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error
    return told(failureResult(error))
  }
}

/** Asks a set of probes in one request, as the runner does. @throws TaskFailure of a probe without an answer */
export async function ask<S extends ProbeSet>(
  set: S,
  send: (steps: Parameters<Connection['request']>[1]) => Promise<Output[]>,
  language: Language = 'posix',
) {
  const steps = probeSteps(probesOf(set), language)
  const how = language === 'posix' ? { inline: true } : {}
  const outputs = steps.length === 0 ? [] : await send(steps.map(({ script }) => ({ script, ...how })))
  const known = new Map<string, Known>()
  steps.forEach((step, at) => {
    step.read(outputs[at] as Output).forEach((answer, index) => {
      if (typeof answer === 'symbol') throw new TaskFailure('something else changes what is asked about')
      known.set(step.probes[index]!.key, answer)
    })
  })
  return answersOf(set, (probe) => {
    const answer = known.get(probe.key)!
    if ('failure' in answer) throw answer.failure
    return probe.interpret(answer.raw)
  })
}
