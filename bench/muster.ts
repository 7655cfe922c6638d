import { join } from 'node:path'
import type { Cost, Recap } from '../src/run/record/events.ts'
import { type Measured, measure } from './measure.ts'

/** A run of muster: what it cost this machine, and what it says of itself. */
export interface MusterRun extends Measured {
  readonly cost: Cost
  readonly recap: Readonly<Record<string, Recap>>
}

const root = join(import.meta.dirname, '..')

/**
 * `muster apply bench/playbook.yaml`.
 *
 * @throws Error with its output when it fails
 */
export async function musterRun(
  inventory: string,
  variables: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): Promise<MusterRun> {
  const node = [process.execPath, '--import', join(import.meta.dirname, 'record-usage.mjs')]
  const words = [
    'apply',
    join(import.meta.dirname, 'playbook.yaml'),
    '-i',
    inventory,
    '--json',
    '--forks',
    '50',
  ]
  const measured = await measure(
    [...node, join(root, 'bin', 'muster.js'), ...words, '-e', JSON.stringify(variables), ...more],
    { environment },
  )
  const last = JSON.parse(measured.stdout.trim().split('\n').at(-1)!)
  return { ...measured, cost: last.cost, recap: last.recap }
}
