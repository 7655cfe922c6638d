import type { Package } from '../../probes/package.ts'
import { compareVersions } from './deb-version.ts'

/** `name`, `name (>= version)`: one package that a field of a control file speaks of. */
export interface Relation {
  readonly name: string
  readonly operator: '<<' | '<=' | '=' | '>=' | '>>' | null
  readonly version: string
}

/** What a package needs and what it cannot stand beside. */
export interface Relations {
  readonly architecture: string
  /** Of Depends and Pre-Depends: one of each group must be there. Null stands for one that cannot be judged here. */
  readonly needs: readonly (readonly Relation[] | null)[]
  /** Names in Conflicts and Breaks; null when they cannot be read. */
  readonly against: readonly string[] | null
}

/** More of them than this are apt's business. */
const MOST_GROUPS = 300

/** Reads the values of the fields; an empty text where a field is missing. */
export function readRelations(fields: {
  readonly architecture: string
  readonly needs: readonly string[]
  readonly against: readonly string[]
}): Relations {
  const needs = fields.needs.flatMap(groups)
  const against = fields.against.flatMap(groups).map((group) => (group?.length === 1 ? group[0] : undefined))
  return {
    architecture: fields.architecture,
    needs: needs.length > MOST_GROUPS ? [null] : needs,
    against:
      against.length > MOST_GROUPS || against.includes(undefined)
        ? null
        : against.map((one) => (one as Relation).name),
  }
}

function groups(text: string): (readonly Relation[] | null)[] {
  if (text.trim() === '') return []
  return text.split(',').map((group) => {
    const all = group.split('|').map((one) => readRelation(one.trim()))
    return all.includes(undefined) ? null : (all as Relation[])
  })
}

/** Undefined for one with a foreign architecture, or in a form that is none. */
function readRelation(text: string): Relation | undefined {
  const match = /^([a-z0-9][a-z0-9+.-]+)(?::any)?(?:\s*\((<<|<=|=|>=|>>)\s*([0-9A-Za-z.+:~-]+)\))?$/.exec(
    text,
  )
  if (match === null) return undefined
  return {
    name: match[1] as string,
    operator: (match[2] as Relation['operator'] | undefined) ?? null,
    version: match[3] ?? '',
  }
}

/** Names about which dpkg has to be asked before {@link isSettled} can judge; `dpkg` itself tells the host's architecture. */
export function relatedNames({ needs, against }: Relations): string[] {
  const names = [...needs.flatMap((group) => group ?? []).map(({ name }) => name), ...(against ?? [])]
  return [...new Set(['dpkg', ...names])]
}

/** A package file that is installed in the same go. */
export interface Companion {
  readonly name: string
  readonly version: string
  readonly relations: Relations | null
}

/**
 * Whether dpkg alone can install the files: all that they need is installed or among them, and nothing that they
 * exclude is there. False also where only apt can tell (virtual packages, foreign architectures).
 */
export function isSettled(
  files: readonly Companion[],
  installed: (name: string) => Package | undefined,
): boolean {
  const native = installed('dpkg')?.architecture
  const fits = (architecture: string | null) => architecture === 'all' || architecture === native
  return files.every(({ name: own, relations }) => {
    if (relations === null || relations.against === null || !fits(relations.architecture)) return false
    const excluded = relations.against.some((name) => {
      const status = installed(name)?.status
      return name !== own && status !== 'not-installed' && status !== 'config-files'
    })
    if (excluded) return false
    return relations.needs.every((group) =>
      group?.some((wanted) => {
        const companion = files.find(({ name }) => name === wanted.name)
        if (companion !== undefined) return holds(wanted, companion.version)
        const found = installed(wanted.name)
        return found?.status === 'installed' && fits(found.architecture) && holds(wanted, found.version)
      }),
    )
  })
}

function holds({ operator, version }: Relation, there: string | null): boolean {
  if (there === null) return false
  if (operator === null) return true
  const order = compareVersions(there, version)
  switch (operator) {
    case '<<':
      return order < 0
    case '<=':
      return order <= 0
    case '=':
      return order === 0
    case '>=':
      return order >= 0
    case '>>':
      return order > 0
  }
}
