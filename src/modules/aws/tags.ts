import { DEFAULT_OWNER, MANAGED_TAG } from '../../aws/tags.ts'
import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type Dict, dict, type Value } from '../../values/value.ts'
import type { Parameter } from '../parameters.ts'

/** Parameter of the modules that make something in the account. */
export const OWNER_PARAMETER = {
  type: 'str',
  default: DEFAULT_OWNER,
  doc: 'Whose it is when it is made (tag muster:managed): `muster destroy --owner` removes what carries the name.',
} as const satisfies Parameter

/** Parameters of the modules whose tags a task lists. */
export const TAG_PARAMETERS = {
  tags: { type: 'dict', doc: 'Tags; an empty mapping removes all.' },
  purge_tags: {
    type: 'bool',
    default: true,
    doc: 'Remove tags that are not listed, where tags are given.',
  },
  owner: OWNER_PARAMETER,
} as const satisfies Record<string, Parameter>

export type Tags = Readonly<Record<string, string>>

/**
 * The parameter `tags` or `labels`.
 * @throws TaskFailure for values that are no text, and for secrets: everyone who may look sees tags and labels
 */
export function readTags(tags: Dict, what: 'tag' | 'label' = 'tag'): Tags {
  return Object.fromEntries(
    [...tags].map(([key, value]) => {
      if (value instanceof Secret) {
        throw new TaskFailure(`${what} ${String(key)} is a secret, and ${what}s are shown to everyone`)
      }
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
        throw new TaskFailure(`${what} ${String(key)} is not text`)
      }
      return [String(key), asText(value)]
    }),
  )
}

/** Booleans as Python, and so Ansible, writes them. */
function asText(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)
}

/**
 * What has to be set and removed to make tags what is wished; nothing where no tags are wished for. AWS's own tags, and
 * the one that says that muster made it, stay.
 */
export function tagChanges(
  tags: Tags,
  wished: Tags | undefined,
  purge: boolean,
): { readonly set: Tags; readonly remove: readonly string[]; readonly after: Tags } {
  if (wished === undefined) return { set: {}, remove: [], after: tags }
  const set = Object.fromEntries(Object.entries(wished).filter(([key, value]) => tags[key] !== value))
  const remove = purge
    ? Object.keys(tags).filter(
        (key) => !Object.hasOwn(wished, key) && !key.startsWith('aws:') && key !== MANAGED_TAG,
      )
    : []
  const kept = Object.entries(tags).filter(([key]) => !remove.includes(key))
  return { set, remove, after: { ...Object.fromEntries(kept), ...wished } }
}

/** Tags for a result or a diff, in the order of their keys. */
export function tagValue(tags: Tags): Value {
  return dict(Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** The tags of something that is made: those wished for, and whose it is. */
export function tagsAtBirth(wished: Tags | undefined, owner: string): Tags {
  return { [MANAGED_TAG]: owner, ...wished }
}
