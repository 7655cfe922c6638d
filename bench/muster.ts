import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cost, Recap } from '../src/run/record/events.ts'
import { type Measured, measure } from './measure.ts'

/** A run of muster: what it cost this machine, and what it says of itself. */
export interface MusterRun extends Measured {
  readonly cost: Cost
  readonly recap: Readonly<Record<string, Recap>>
}

const root = join(import.meta.dirname, '..')
const program = join(root, 'bin', 'muster.js')

/** Node as the program's first line starts it: `#!/usr/bin/env -S node OPTIONS`. */
const [, , , ...options] = readFileSync(program, 'utf8').split('\n')[0]!.split(' ')
/** The program under this Node, which leaves its peak memory behind; arguments follow. */
export const measuredMuster = [
  process.execPath,
  ...options,
  '--import',
  join(import.meta.dirname, 'record-usage.mjs'),
  program,
]

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
  const words = [
    'apply',
    join(import.meta.dirname, 'playbook.yaml'),
    '-i',
    inventory,
    '--json',
    '--forks',
    '50',
  ]
  const measured = await measure([...measuredMuster, ...words, '-e', JSON.stringify(variables), ...more], {
    environment,
  })
  const last = JSON.parse(measured.stdout.trim().split('\n').at(-1)!)
  return { ...measured, cost: last.cost, recap: last.recap }
}
