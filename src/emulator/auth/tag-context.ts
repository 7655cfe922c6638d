import type { Tags } from '../state.ts'
import type { Context } from './conditions.ts'

/** The condition keys of tags in a request: `aws:RequestTag/KEY` and `aws:TagKeys`. */
export function requestTags(tags: Tags, keys: readonly string[] = Object.keys(tags)): Context {
  if (keys.length === 0) return {}
  return { ...prefixed('aws:requesttag', tags), 'aws:tagkeys': keys }
}

/** The condition keys of the tags that a resource has, also under the service's own prefix where it knows one. */
export function resourceTags(tags: Tags | undefined, prefix = 'aws:resourcetag'): Context {
  return tags === undefined ? {} : { ...prefixed('aws:resourcetag', tags), ...prefixed(prefix, tags) }
}

function prefixed(prefix: string, tags: Tags): Context {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [`${prefix}/${key.toLowerCase()}`, value]),
  )
}
