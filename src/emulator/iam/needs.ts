import type { Needed } from '../auth/evaluate.ts'
import { requestTags, resourceTags } from '../auth/tag-context.ts'
import { arnPrefix } from '../partition.ts'
import { readForm } from '../protocol/xml.ts'
import type { Call } from '../service.ts'
import { members, tagsField } from './form.ts'

/** The permissions that a request to IAM needs (AWS's Service Authorization Reference): a role made with tags is tagged too. */
export function iamNeeds(call: Call): Needed[] {
  const { operation, region, state } = call
  const form = readForm(call.request)
  const arn = `${arnPrefix(region)}:iam::${state.account}:`
  if (operation === 'iam:CreatePolicy')
    return [
      {
        action: operation,
        resource: `${arn}policy${form.get('Path') ?? '/'}${form.get('PolicyName')}`,
        context: {},
      },
    ]
  const name = form.get('RoleName')
  const role = name === null ? undefined : state.roles.get(name)
  const path = role?.path ?? form.get('Path') ?? '/'
  const tags = tagsField(form)
  const tagged = requestTags(tags, [...Object.keys(tags), ...members(form, 'TagKeys')])
  const policy = form.get('PolicyArn')
  const boundary = form.get('PermissionsBoundary') ?? role?.boundary
  const needed: Needed = {
    action: operation,
    resource: name === null ? `${arn}role/` : `${arn}role${path}${name}`,
    context: {
      ...resourceTags(role?.tags, 'iam:resourcetag'),
      ...tagged,
      ...(policy === null ? {} : { 'iam:policyarn': policy }),
      ...(boundary === undefined ? {} : { 'iam:permissionsboundary': boundary }),
    },
  }
  return operation === 'iam:CreateRole' && Object.keys(tags).length > 0
    ? [needed, { ...needed, action: 'iam:TagRole', context: tagged }]
    : [needed]
}
