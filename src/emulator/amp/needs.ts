import type { Needed } from '../auth/evaluate.ts'
import { requestTags, resourceTags } from '../auth/tag-context.ts'
import { arnPrefix } from '../partition.ts'
import { readJson } from '../protocol/json.ts'
import type { Call } from '../service.ts'
import type { Tags } from '../state.ts'

/** What AMP does with a customer's key in the name of who makes a workspace (AMP's guide, "Encryption at rest"). */
const KEY_ACTIONS = ['kms:DescribeKey', 'kms:CreateGrant', 'kms:GenerateDataKey', 'kms:Decrypt']

/** The permissions that a request to AMP needs; a workspace made with tags is tagged too, one with a key uses the key. */
export function ampNeeds(call: Call): Needed[] {
  const { operation: action, request, region, state } = call
  const arn = `${arnPrefix(region)}:aps:${region}:${state.account}:`
  const [, first, id] = request.path.split('/')
  if (action === 'aps:CreateWorkspace') {
    const { tags, kmsKeyArn } = readJson(request)
    const tagged = requestTags(tagsIn(tags))
    return [
      { action, resource: `${arn}/workspaces`, context: tagged },
      // It has no id yet.
      ...(Object.keys(tagged).length === 0
        ? []
        : [{ action: 'aps:TagResource', resource: `${arn}workspace/*`, context: tagged }]),
      ...(typeof kmsKeyArn === 'string'
        ? KEY_ACTIONS.map((action) => ({
            action,
            resource: kmsKeyArn,
            context: { 'kms:viaservice': `aps.${region}.amazonaws.com` },
          }))
        : []),
    ]
  }
  if (first === 'workspaces' && !id) return [{ action, resource: `${arn}/workspaces`, context: {} }]
  const resource =
    first === 'tags' ? decodeURIComponent(request.path.slice('/tags/'.length)) : `${arn}workspace/${id}`
  return [
    {
      action,
      resource,
      context: {
        ...resourceTags(state.workspaces.get(resource.split('/').at(-1)!)?.tags),
        ...(action === 'aps:TagResource' ? requestTags(tagsIn(readJson(request)['tags'])) : {}),
      },
    },
  ]
}

function tagsIn(value: unknown): Tags {
  return Object.fromEntries(
    Object.entries(typeof value === 'object' && value !== null ? value : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )
}
