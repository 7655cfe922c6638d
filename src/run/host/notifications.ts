import type { Task } from '../../playbook/playbook.ts'

/** Which handlers of a play a host has to run (facts/plays.md 4): in the order they are written, once a flush. */
export class Notifications {
  readonly #handlers: readonly Task[]
  readonly #notified = new Set<string>()
  /** Index of the handler that the current flush has come to; handlers before it wait for the next flush. */
  #position = 0

  constructor(handlers: readonly Task[]) {
    this.#handlers = handlers
  }

  /** Wakes the handlers that a changed task names. */
  notify(task: Task): void {
    for (const name of task.notify)
      for (const handler of this.#handlers) {
        if (handler.name !== name && !handler.listen.includes(name)) continue
        this.#notified.add(handler.id)
        // Of two handlers of one name the first runs; a topic wakes all that listen.
        if (handler.name === name) break
      }
  }

  /** Begins a flush. */
  begin(): void {
    this.#position = 0
  }

  /** The handlers of this flush that are still due, in written order. */
  due(): Task[] {
    return this.#handlers.filter((handler, at) => at >= this.#position && this.#notified.has(handler.id))
  }

  /** A handler of this flush has run. */
  done(handler: Task): void {
    this.#position = this.#handlers.findIndex((each) => each.id === handler.id) + 1
    this.#notified.delete(handler.id)
  }
}
