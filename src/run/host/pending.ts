/**
 * A template asked for a result that does not exist yet. It passes through the template engine untouched and ends
 * the stage: what comes after needs a round trip of its own.
 */
export class PendingResult extends Error {
  readonly variable: string

  constructor(variable: string) {
    super(`the result '${variable}' does not exist yet`)
    this.name = 'PendingResult'
    this.variable = variable
  }
}
