import { pause } from '../../host/pause.ts'
import type { RunState } from '../../run-state.ts'
import { approved } from './approval.ts'
import { passesGate, rollBack, type Wave } from './judge.ts'
import type { PlannedRollout } from './plan-rollout.ts'

/**
 * What comes after a wave: its gate; then, before the next one, the pause and the approval. Nothing of it in check mode, where
 * nothing was changed that could be judged.
 *
 * @param state whether the wave itself was too much already, and whether another one follows
 * @returns why the rollout must stop; undefined: it goes on
 */
export async function afterWave(
  wave: Wave,
  rollout: PlannedRollout,
  { broken, isLast }: { readonly broken: string | undefined; readonly isLast: boolean },
): Promise<string | undefined> {
  const { run, number } = wave
  if (run.options.check || run.signal.aborted) return broken
  if (broken !== undefined) {
    await rollBack(wave, rollout.rollback)
    return broken
  }
  if (!(await passesGate(wave, rollout.gate))) {
    if (run.signal.aborted) return undefined
    const reason = `the gate of wave ${number} failed`
    run.emit({ type: 'stopped', reason })
    await rollBack(wave, rollout.rollback)
    return reason
  }
  if (rollout.gate.length > 0) run.emit({ type: 'notice', message: `wave ${number} passed its gate` })
  return isLast ? undefined : beforeNext(run, number + 1, rollout)
}

async function beforeNext(
  run: RunState,
  number: number,
  { pause: seconds, approval }: PlannedRollout,
): Promise<string | undefined> {
  if (seconds > 0) {
    run.emit({ type: 'notice', message: `wave ${number} begins in ${seconds} s` })
    await pause(seconds, run.signal)
  }
  if (approval === undefined || run.options.approve === true || run.signal.aborted) return undefined
  const ways = [
    ...(approval.file === undefined ? [] : [`touch ${approval.file}`]),
    `kill -USR2 ${process.pid}`,
  ]
  const message = `wave ${number} waits for approval: ${ways.join(', or ')}`
  if (
    (await approved(approval, run.signal, () => run.emit({ type: 'notice', message }))) ||
    run.signal.aborted
  )
    return undefined
  const reason = `nobody approved wave ${number} within ${approval.timeout} s`
  run.emit({ type: 'stopped', reason })
  return reason
}
