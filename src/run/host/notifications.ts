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
    for (const handler of this.#named(task)) this.#notified.add(handler.id)
  }

  /** The handlers that will be due when a task has changed something, in written order. */
  dueAfter(task: Task): Task[] {
    const named = new Set(this.#named(task))
    return this.#handlers.filter((handler) => this.#notified.has(handler.id) || named.has(handler))
  }

  #named(task: Task): Task[] {
    return (task.notify ?? []).flatMap((name) => {
      const first = this.#handlers.find((handler) => handler.name === name)
      // Of two handlers of one name the first runs; a topic wakes all that listen.
      const end = first === undefined ? this.#handlers.length : this.#handlers.indexOf(first)
      const listening = this.#handlers.filter((handler, at) => at < end && handler.listen.includes(name))
      return first === undefined ? listening : [...listening, first]
    })
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
