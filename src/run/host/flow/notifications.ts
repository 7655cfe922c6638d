import type { Task } from '../../../playbook/playbook.ts'
import { fullName } from '../../../playbook/roles/role.ts'

/** Which handlers of a play a host has to run (facts/plays.md 4): in the order they are written, once a flush. */
export class Notifications {
  /** A list for each role and for the play: of one name in two of them the later one is meant. */
  #lists: readonly (readonly Task[])[]
  readonly #nameOf: (handler: Task) => string | undefined
  /** Names that wait for the next flush, so that handlers which come until then are found. */
  readonly #names = new Set<string>()
  readonly #notified = new Set<Task>()
  /** Index of the handler that the current flush has come to; handlers before it wait for the next flush. */
  #position = 0
  #flushing = false

  /** @param nameOf a handler's name, its templates evaluated */
  constructor(lists: readonly (readonly Task[])[], nameOf: (handler: Task) => string | undefined) {
    this.#lists = lists
    this.#nameOf = nameOf
  }

  /** All handlers in the order in which they run. */
  get handlers(): readonly Task[] {
    return this.#lists.flat()
  }

  /** Handlers of roles that a task has included. */
  add(lists: readonly (readonly Task[])[]): void {
    this.#lists = [...this.#lists, ...lists.filter((list) => !this.#lists.includes(list))]
  }

  /** Wakes the handlers of these names. Gives those names that no handler has. */
  notify(names: readonly string[]): readonly string[] {
    for (const name of names) {
      if (this.#flushing) for (const handler of this.#named(name)) this.#notified.add(handler)
      else this.#names.add(name)
    }
    return names.filter((name) => this.#named(name).length === 0)
  }

  /** The handlers that will be due when these names are notified too, in written order. */
  dueAfter(names: readonly string[]): Task[] {
    const named = new Set([...this.#names, ...names].flatMap((name) => this.#named(name)))
    return this.handlers.filter((handler) => this.#notified.has(handler) || named.has(handler))
  }

  /** Of a name the first in the last list that has it, and all that listen. */
  #named(name: string): Task[] {
    const lists = [...this.#lists].reverse()
    const called = lists.flat().find((handler) => this.#isCalled(handler, name))
    const topics = new Set<string>()
    const listening = lists.flat().filter((handler) => {
      if (!handler.listen.includes(name)) return false
      const own = this.#nameOf(handler)
      if (own !== undefined && topics.has(own)) return false
      if (own !== undefined) topics.add(own)
      return true
    })
    return called === undefined ? listening : [called, ...listening]
  }

  #isCalled(handler: Task, name: string): boolean {
    const own = this.#nameOf(handler)
    if (own === undefined) return false
    const { role } = handler
    return (
      name === own ||
      (role !== undefined && [`${role.name} : ${own}`, `${fullName(role)} : ${own}`].includes(name))
    )
  }

  /** Begins a flush. */
  begin(): void {
    this.#position = 0
    this.#flushing = true
    for (const name of this.#names) for (const handler of this.#named(name)) this.#notified.add(handler)
    this.#names.clear()
  }

  end(): void {
    this.#flushing = false
  }

  /** The handlers of this flush that are still due, in written order. */
  due(): Task[] {
    return this.handlers.filter((handler, at) => at >= this.#position && this.#notified.has(handler))
  }

  /** A handler of this flush has its turn. */
  taken(handler: Task): void {
    this.#position = this.handlers.indexOf(handler) + 1
    this.#notified.delete(handler)
  }
}
