import { createContext, Script } from 'node:vm'

/** The longest that one regular expression may work on one text, in milliseconds. */
export const REGEX_DEADLINE = 1000

const script = new Script('work()')
const nothing = () => undefined
/** Made at the first use: most runs have no pattern that needs it. */
let context: { work: () => unknown } | undefined

/**
 * Runs work that cannot be interrupted otherwise (a regular expression that backtracks), and ends it at the deadline.
 * It costs about a tenth of a millisecond.
 * @returns what the work gives, or undefined when it was ended
 */
export function withinDeadline<T extends object | null>(
  milliseconds: number,
  work: () => T,
): { readonly result: T } | undefined {
  context ??= createContext({ work: nothing }) as { work: () => unknown }
  context.work = work
  try {
    return { result: script.runInContext(context, { timeout: milliseconds }) as T }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    throw error
  } finally {
    context.work = nothing
  }
}
