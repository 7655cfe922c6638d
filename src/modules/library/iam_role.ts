import { partitionOf } from '../../aws/regions.ts'

import { changeRole, doing } from '../../aws/role-changes.ts'
import { type Role, readRole } from '../../aws/roles.ts'
import { madeFrom, revealText } from '../../values/secret.ts'

import { TaskFailure } from '../../values/task-failure.ts'
import { dict, type Value } from '../../values/value.ts'
import { askAws, globalClientsOf } from '../aws/ask.ts'
import { policyValue } from '../aws/policy-document.ts'
import { roleChanges, roleRemoval, showRole } from '../aws/role-changes.ts'
import { roleSpec, wishedRole } from '../aws/role-parameters.ts'
import { tagValue } from '../aws/tags.ts'
import { defineModule, nothingToObserve } from '../module.ts'
import type { Text } from '../parameters.ts'

export default defineModule({
  name: 'iam_role',
  runsOn: 'controller',
  needsAws: true,
  documentation: {
    summary: 'Makes, changes and removes IAM roles, such as the one that managed nodes have.',
    notes: [
      'A role that is there is adopted: what differs is shown by --diff and changed; what is not given stays.',
      'Policies and tags that are given are complete lists, as in Ansible: others go, unless purge_policies or purge_tags is false.',
    ],
    examples: `
- name: the role of the managed nodes
  iam_role:
    name: muster-node
    source_account: "123456789012"
    source_arn: arn:aws:ssm:eu-central-1:123456789012:*
    managed_policies:
      - AmazonSSMManagedInstanceCore
      - AmazonPrometheusRemoteWriteAccess
    tags: { owner: operations }
  register: role
`,
    returns: {
      'arn, role_name, path': 'of the role',
      role: 'what ssm_registration takes as role: path and name without the leading slash',
      iam_role:
        'the role: arn, role_name, role_id, path, description, assume_role_policy_document, boundary, managed_policies, inline_policies, tags',
    },
  },
  spec: roleSpec,

  observe: nothingToObserve,

  // It reads the account first, and does what is left to do.
  repeatable: () => true,

  async *converge(params, _, context) {
    const name = revealText(params.name)
    const clients = await globalClientsOf(params.region, context)
    const role = await askAws(() => readRole(clients, name, context.signal))
    if (params.state === 'absent' && role === null) return {}

    const wish = wishedRole(params, (await partitionOf(clients.region)).name)
    if (role !== null && params.state === 'present' && role.path !== wish.path) {
      throw new TaskFailure(`role ${params.name} has the path ${role.path}, and a path cannot be changed`, {
        hint: `give path: ${role.path}, or another name`,
      })
    }
    const { changes, after } =
      params.state === 'absent' ? { changes: roleRemoval(role!), after: null } : roleChanges(role, wish)
    const path = role?.path ?? wish.path
    const diff = {
      header: `role ${params.name}`,
      before: role === null ? '' : showRole(name, path, role),
      after: after === null ? '' : showRole(name, path, after),
    }
    for (const [index, change] of changes.entries()) {
      yield {
        kind: 'call',
        says: `${doing(change)} role ${params.name}`,
        ...(index === 0
          ? { diff: [diff], predicted: after === null ? {} : names(name, path, [params.name, params.path]) }
          : {}),
        call: async () => {
          await askAws(() => changeRole(clients, name, change))
          return null
        },
      }
    }
    if (params.state === 'absent') return {}
    const now = changes.length === 0 ? role : await askAws(() => readRole(clients, name, context.signal))
    return {
      result:
        now === null
          ? names(name, path, [params.name, params.path])
          : { arn: now.arn, ...names(name, path, [params.name, params.path]), iam_role: roleValue(now) },
    }
  },
})

/** @param given the parameters that the names are from */
function names(name: string, path: string, given: readonly Text[]): Readonly<Record<string, Value>> {
  return {
    role_name: madeFrom(name, [given[0]]),
    path: madeFrom(path, [given[1]]),
    role: madeFrom(`${path.slice(1)}${name}`, given),
  }
}

function roleValue(role: Role): Value {
  return dict({
    arn: role.arn,
    role_name: role.name,
    role_id: role.id,
    path: role.path,
    description: role.description,
    assume_role_policy_document: policyValue(role.trust),
    boundary: role.boundary ?? null,
    managed_policies: [...role.managedPolicies],
    inline_policies: [...Object.keys(role.inlinePolicies)].sort(),
    tags: tagValue(role.tags),
  })
}
