import type { Needed } from '../auth/evaluate.ts'
import { requestTags, resourceTags } from '../auth/tag-context.ts'
import { arnPrefix } from '../partition.ts'
import { readJson } from '../protocol/json.ts'
import type { Call } from '../service.ts'
import type { Tags } from '../state.ts'

/**
 * The permissions that a request to Systems Manager needs, as AWS's Service Authorization Reference lists them: most
 * actions are for no resource; those of a node or of a setting are for it; a role is passed on with an activation.
 */
export function ssmNeeds(call: Call): Needed[] {
  const { operation, region, state } = call
  const members = readJson(call.request)
  const arn = `${arnPrefix(region)}:ssm:${region}:${state.account}:`
  const need = (resource: string, context: Needed['context'] = {}): Needed[] => [
    { action: operation, resource, context },
  ]
  switch (operation) {
    case 'ssm:CreateActivation':
      return [
        ...need('*', requestTags(tagsIn(members['Tags']))),
        {
          action: 'iam:PassRole',
          resource: `${arnPrefix(region)}:iam::${state.account}:role/${String(members['IamRole'])}`,
          context: { 'iam:passedtoservice': 'ssm.amazonaws.com' },
        },
      ]
    case 'ssm:GetServiceSetting':
    case 'ssm:UpdateServiceSetting':
      return need(`${arn}servicesetting${String(members['SettingId']).replace(/^arn:.*:servicesetting/, '')}`)
    default: {
      const id = members['InstanceId'] ?? members['ResourceId']
      if (typeof id !== 'string') return need('*')
      return need(`${arn}managed-instance/${id}`, {
        ...resourceTags(state.nodes.get(id)?.tags, 'ssm:resourcetag'),
        ...requestTags(tagsIn(members['Tags'])),
      })
    }
  }
}

/** A list of Key and Value, whatever else it may be: the operation itself says what is wrong with it. */
function tagsIn(value: unknown): Tags {
  const list: unknown[] = Array.isArray(value) ? value : []
  return Object.fromEntries(
    list.flatMap((item) => {
      const { Key, Value } = (item ?? {}) as { Key?: unknown; Value?: unknown }
      return typeof Key === 'string' && typeof Value === 'string' ? [[Key, Value]] : []
    }),
  )
}
