import type { Value } from './value.ts'

/** The task cannot be done on this host. The message says what and why; the hint, what to do next. */
export class TaskFailure extends Error {
  readonly result: Readonly<Record<string, Value>>
  readonly hint: string | undefined

  constructor(message: string, options: { result?: Readonly<Record<string, Value>>; hint?: string } = {}) {
    super(message)
    this.name = 'TaskFailure'
    this.result = options.result ?? {}
    this.hint = options.hint
  }

  /** The same failure with more keys in its result (`changed: false` where a failed step left nothing behind). */
  with(result: Readonly<Record<string, Value>>): TaskFailure {
    return new TaskFailure(this.message, {
      result: { ...this.result, ...result },
      ...(this.hint === undefined ? {} : { hint: this.hint }),
    })
  }
}
