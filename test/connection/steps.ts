import type { Step } from '../../src/connection/connection.ts'
import { userShell } from '../../src/shell/sh.ts'
import type { Output } from '../../src/values/transfer.ts'

/** A step from plain shell text. */
export function step(script: string, rest: Omit<Step, 'script'> = {}): Step {
  return { script: userShell(script), ...rest }
}

/** What an output holds, in a form that reads well in an assertion. */
export function told(output: Output | undefined): { rc: number | null; stdout: string; stderr: string } {
  if (output === undefined) throw new Error('there is no such output')
  return { rc: output.rc, stdout: output.stdout.toString(), stderr: output.stderr.toString() }
}
