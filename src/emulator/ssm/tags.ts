import { AwsError } from '../errors.ts'
import { Input } from '../protocol/input.ts'
import type { Call } from '../service.ts'
import type { ManagedNode, Tags } from '../state.ts'

const RESOURCE_TYPES = [
  'Document',
  'ManagedInstance',
  'MaintenanceWindow',
  'Parameter',
  'PatchBaseline',
  'OpsItem',
  'OpsMetadata',
  'Automation',
  'Association',
]
/** Tags a resource may have. */
const MOST = 50

/** Tags as a list of Key and Value. */
export function tagList(tags: Tags): readonly { readonly Key: string; readonly Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

/** AddTagsToResource, for managed nodes. @throws AwsError TooManyTagsError, InvalidResourceId */
export function addTags(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  const input = new Input(members)
  const added = input.tags('Tags', 1000) ?? {}
  const node = taggedNode(input, call)
  const tags = { ...node.tags, ...added }
  if (Object.keys(tags).length > MOST)
    throw new AwsError('TooManyTagsError', `A resource has at most ${MOST} tags.`)
  node.tags = tags
  return {}
}

/** RemoveTagsFromResource. @throws AwsError InvalidResourceId */
export function removeTags(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  const input = new Input(members)
  const keys = input.texts('TagKeys') ?? []
  const node = taggedNode(input, call)
  node.tags = Object.fromEntries(Object.entries(node.tags).filter(([key]) => !keys.includes(key)))
  return {}
}

/** ListTagsForResource. @throws AwsError InvalidResourceId */
export function listTags(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  return { TagList: tagList(taggedNode(new Input(members), call).tags) }
}

/** Managed nodes are the only resources with tags here; of the other types there are none to name. */
function taggedNode(input: Input, call: Call): ManagedNode {
  const type = input.text('ResourceType', { required: true })
  const id = input.text('ResourceId', { required: true })
  input.done()
  if (!RESOURCE_TYPES.includes(type))
    throw new AwsError('InvalidResourceType', `${type} is not a valid resource type.`)
  const node = type === 'ManagedInstance' ? call.state.nodes.get(id) : undefined
  if (node?.region !== call.region)
    throw new AwsError('InvalidResourceId', `${id} is not a valid resource id.`)
  return node
}
