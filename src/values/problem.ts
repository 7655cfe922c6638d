import { formatPosition, type Position } from './position.ts'

/** One mistake in an input: what is wrong, where, and what to do about it. */
export interface Problem {
  readonly message: string
  readonly position?: Position | undefined
  /** What to do next: the nearest known word, the command to run. */
  readonly hint?: string | undefined
}

/** `file:line:column: message` and, on a line of its own, the hint. */
export function formatProblem(problem: Problem): string {
  const where = problem.position === undefined ? '' : `${formatPosition(problem.position)}: `
  return `${where}${problem.message}${problem.hint === undefined ? '' : `\n  hint: ${problem.hint}`}`
}

/** All mistakes of an input at once. Thrown before any connection is made. */
export class InputError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.name = 'InputError'
    this.problems = problems
  }
}
