import type { Become, Connection } from '../../src/connection/connection.ts'
import { readParameters } from '../../src/modules/check-parameters.ts'
import {
  type Action,
  type ActionResult,
  type Diff,
  type Module,
  type ModuleContext,
  ModuleFailure,
} from '../../src/modules/module.ts'
import type { Output } from '../../src/values/transfer.ts'
import type { Value } from '../../src/values/value.ts'

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

/** Drives a module against a host as the runner does: parameters, one look, then what it yields (one step in check mode). */
export async function runModule(
  module: Module,
  args: ReadonlyMap<string, Value>,
  context: ModuleContext,
  connection: Connection,
  become: Become | undefined,
): Promise<Ran> {
  const did: string[] = []
  const changing: string[] = []
  const diffs: Diff[] = []
  let changed = false
  let requests = 0
  const end = (more: Partial<Ran>): Ran => ({
    changed,
    failed: false,
    skipped: false,
    msg: undefined,
    result: {},
    diff: diffs,
    did,
    changes: changing,
    requests,
    ...more,
  })
  try {
    const params = readParameters(module, args)
    const observation = await module.observe(params as never, context)
    const seen =
      observation.script === null
        ? null
        : (await connection.request(become, [{ script: observation.script }]))[0]!
    const steps = module.converge(params as never, observation.parse(seen), context)
    let next = await steps.next()
    while (next.done !== true) {
      const action = next.value
      const changes = action.effect !== 'none'
      if (changes) diffs.push(...(action.diff ?? []))
      if (context.check && module.checkMode !== 'run') {
        if (module.checkMode === 'skip') return end({ skipped: true })
        if (changes) return end({ changed: true, result: action.predicted ?? {} })
      }
      changed ||= changes
      did.push(action.says)
      if (changes) changing.push(action.says)
      requests++
      next = await steps.next(await perform(action))
    }
    const { result, ...outcome } = next.value
    return end({ ...outcome, result: result ?? {} })
  } catch (error) {
    if (!(error instanceof ModuleFailure)) throw error
    const marked = error.result['changed']
    return end({
      failed: true,
      changed: typeof marked === 'boolean' ? marked : changed,
      msg: error.message,
      result: error.result,
      diff: [],
    })
  }

  async function perform(action: Action): Promise<ActionResult> {
    if (action.kind === 'call') return { ...EMPTY, value: await action.call(context.signal) }
    return { ...(await act(action)), value: null }
  }

  async function act(action: Exclude<Action, { kind: 'call' }>): Promise<Output> {
    if (action.kind === 'push') return connection.push(become, action.source, action.to)
    const step =
      action.stdin === undefined ? { script: action.script } : { script: action.script, stdin: action.stdin }
    return (await connection.request(become, [step]))[0]!
  }
}

const EMPTY: Output = {
  rc: 0,
  stdout: Buffer.alloc(0),
  stderr: Buffer.alloc(0),
  seconds: 0,
  truncated: false,
  timedOut: false,
}
