import { ConnectionError } from '../../connection/connection.ts'
import { EXIT } from '../../run/exit-code.ts'
import { formatProblem, InputError } from '../../values/problem.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { visible } from '../../values/text/visible.ts'
import { Interrupted } from './ask-secret.ts'

/**
 * Says on stderr why a command was refused and gives its exit code: mistakes of the input one below the other, each
 * with its place and hint; anything else with its stack, since that is a bug of muster's.
 */
export function reportError(error: unknown): number {
  if (error instanceof InputError) {
    const count = error.problems.length
    const text = error.problems.map(formatProblem).join('\n')
    process.stderr.write(
      `${visible(text, false)}\n${count === 1 ? '1 problem' : `${count} problems`}; nothing was done\n`,
    )
    return EXIT.refused
  }
  if (error instanceof Interrupted) return EXIT.interrupted
  if (error instanceof TaskFailure || error instanceof ConnectionError) {
    process.stderr.write(`muster: ${visible(error.message, false)}\n`)
    if (error.hint !== undefined) process.stderr.write(`  hint: ${visible(error.hint, false)}\n`)
    return EXIT.refused
  }
  if (isRefusalOfSystem(error)) {
    process.stderr.write(`muster: ${visible(error.message, false)}\n`)
    return EXIT.refused
  }
  process.stderr.write(
    `muster: an error inside muster, please report it: ${error instanceof Error ? error.stack : String(error)}\n`,
  )
  return EXIT.refused
}

/** A port that is taken, a folder that cannot be written, a full disk: what the machine refused, in Node's own words. */
function isRefusalOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error
}
