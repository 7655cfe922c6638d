import type { Role } from '../../../playbook/roles/role.ts'

/** Which roles a host has run in a play: one with the same parameters runs once, when a task of it was done. */
export class RolesRun {
  readonly #worked = new Set<string>()
  readonly #complete = new Set<string>()

  /** A task of the role was done, not left out. */
  worked(role: Role): void {
    this.#worked.add(role.key)
  }

  /** The host is at the end of the role. */
  complete(role: Role): void {
    if (this.#worked.has(role.key)) this.#complete.add(role.key)
  }

  /** Whether it is not to run again. */
  hasRun(role: Role): boolean {
    return !role.allowDuplicates && this.#complete.has(role.key)
  }
}
