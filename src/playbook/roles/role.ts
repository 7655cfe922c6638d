import type { Value } from '../../values/value.ts'

type Variables = ReadonlyMap<string, Value>

/** What a role's folder and the entry that names it say. */
export interface RoleParts {
  readonly name: string
  /** Absolute. */
  readonly path: string
  /** The collection that it is of, `NAMESPACE.NAME`. */
  readonly collection: string | undefined
  /** The file of its tasks: `main` unless the entry says otherwise. */
  readonly entryPoint: string
  readonly ownDefaults: Variables
  /** Of the folder `vars`. */
  readonly ownVars: Variables
  /** `vars` of the entry that names it. */
  readonly entryVars: Variables
  /** Other keys of that entry. */
  readonly entryParams: Variables
  /** The roles that depend on it, or whose tasks name it, the outermost first. */
  readonly parents: readonly RoleParts[]
  /** The roles whose tasks include or import it, or the one that depends on it, the nearest first. */
  readonly includers: readonly RoleParts[]
  /** May run several times with the same parameters. */
  readonly allowDuplicates: boolean
  /** Equal for two that mean the same: it runs once a play then. */
  readonly key: string
}

/** A role in its place, with what its tasks see of variables, in Ansible's order (facts/plays.md 10). */
export interface Role extends RoleParts {
  /** Those it depends on, directly or not, in the order in which they run. */
  readonly dependencies: readonly Role[]
  /** The lowest of all variables. */
  readonly defaults: Variables
  /** Above the variables of the play, below those of tasks. */
  readonly vars: Variables
  /** Above results and facts. */
  readonly params: Variables
  /** What the whole play sees of its defaults and vars. */
  readonly sharedDefaults: Variables
  readonly sharedVars: Variables
}

/** @param direct the roles that it names in its meta */
export function makeRole(parts: RoleParts, direct: readonly Role[]): Role {
  const { ownDefaults, ownVars, entryVars, entryParams, parents } = parts
  const dependencies = direct.flatMap((role) => [...role.dependencies, role])
  const sharedDefaults = dependencies.map((role) => role.sharedDefaults)
  const sharedVars = dependencies.map((role) => role.sharedVars)
  return {
    ...parts,
    dependencies,
    defaults: merged([...sharedDefaults, ...parents.map((parent) => parent.ownDefaults), ownDefaults]),
    vars: merged([
      ...parents.flatMap((parent) => [parent.entryVars, parent.ownVars]),
      ...sharedVars,
      ownVars,
      entryVars,
    ]),
    params: merged([...parents.map((parent) => parent.entryParams), entryParams]),
    sharedDefaults: merged([...sharedDefaults, ownDefaults]),
    sharedVars: merged([...sharedVars, ownVars]),
  }
}

/** Its name, with its collection where it has one. */
export function fullName({ name, collection }: RoleParts): string {
  return collection === undefined ? name : `${collection}.${name}`
}

/** Later ones win. */
function merged(layers: readonly Variables[]): Variables {
  return new Map(layers.flatMap((layer) => [...layer]))
}
