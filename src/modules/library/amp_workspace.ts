import type { AwsClients } from '../../aws/clients.ts'
import { createWorkspace, type NewWorkspace, waitActive } from '../../aws/polling/make-workspace.ts'
import { partitionOf, requireAmp } from '../../aws/regions.ts'
import {
  changeWorkspaceTags,
  deleteWorkspace,
  describeWorkspace,
  findWorkspaces,
  type Workspace,
} from '../../aws/workspaces.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { dict, type Value } from '../../values/value.ts'
import { askAws, clientsOf } from '../aws/ask.ts'
import { readTags, TAG_PARAMETERS, type Tags, tagChanges, tagsAtBirth, tagValue } from '../aws/tags.ts'
import { type Action, defineModule, nothingToObserve } from '../module.ts'

export default defineModule({
  name: 'amp_workspace',
  runsOn: 'controller',
  needsAws: true,
  documentation: {
    summary: 'Makes, tags and removes workspaces of Amazon Managed Service for Prometheus.',
    notes: [
      'A workspace of the alias that is there is adopted. AWS lets several have one alias: then the tags decide, and when they do not, the task fails.',
      'Removing a workspace removes all metrics in it.',
      'A region where AWS does not offer the service is refused by name.',
      'In check mode the id of a workspace that is not there yet is `known-after-apply`.',
    ],
    examples: `
- name: where the fleet's metrics go
  amp_workspace:
    alias: fleet
    region: eu-central-1
    tags: { owner: operations }
  register: workspace
`,
    returns: {
      'workspace_id, arn, alias, status, region, tags': 'of the workspace',
      prometheus_endpoint: 'base URL of its Prometheus API, with a slash at the end',
      remote_write_url: 'where collectors write to',
    },
  },
  spec: {
    parameters: {
      alias: { type: 'str', aliases: ['name'], doc: 'Alias of the workspace.' },
      workspace_id: {
        type: 'str',
        doc: 'Instead of the alias: the id of a workspace that is there. It is used, and neither made nor removed.',
      },
      kms_key_arn: {
        type: 'str',
        doc: "ARN of a key of one's own that a new workspace is encrypted with. Another key than that of a workspace that is there is refused: AWS changes none.",
      },
      ...TAG_PARAMETERS,
      state: { type: 'str', choices: ['present', 'absent'], default: 'present', doc: 'There or gone.' },
      wait: { type: 'bool', default: true, doc: 'Wait until the workspace is ACTIVE, at most five minutes.' },
      region: { type: 'str', doc: 'Region; AWS_REGION when missing.' },
    },
    requiredOneOf: [['alias', 'workspace_id']],
    requiredIf: [['state', 'absent', ['alias']]],
  },

  observe: nothingToObserve,

  // It reads the account first, and does what is left to do.
  repeatable: () => true,

  async *converge(params, _, context) {
    const clients = await clientsOf(params.region, context)
    await askAws(async () => requireAmp(clients.region))
    const { region } = clients
    const alias = revealText(params.alias) ?? revealText(params.workspace_id)!
    if (params.workspace_id !== undefined && (params.alias ?? params.kms_key_arn) !== undefined)
      throw new TaskFailure('workspace_id goes without alias and kms_key_arn', {
        hint: 'the id is that of a workspace that is there; leave one of them out',
      })
    const existing =
      params.workspace_id === undefined
        ? choose(
            await askAws(() => findWorkspaces(clients, alias, context.signal)),
            alias,
            params.tags && readTags(params.tags),
          )
        : await existingById(clients, revealText(params.workspace_id), context.signal)
    const kmsKeyArn = revealText(params.kms_key_arn)
    if (existing !== null && params.state === 'present') checkKey(existing, kmsKeyArn)
    if (params.state === 'absent') {
      if (existing !== null) yield remove(clients, existing)
      return {}
    }
    const tags = params.tags && readTags(params.tags)
    let workspace = existing
    if (workspace === null) {
      const { dnsSuffix } = await partitionOf(clients.region)
      const { value } = yield create(clients, dnsSuffix, {
        alias,
        kmsKeyArn,
        tags: tagsAtBirth(tags, revealText(params.owner)),
      })
      workspace = await askAws(() => describeWorkspace(clients, String(value), context.signal))
      if (workspace === null)
        throw new TaskFailure(
          `workspace ${params.alias ?? params.workspace_id} (${String(value)}) was made and is gone`,
        )
    } else {
      const changes = tagChanges(workspace.tags, tags, params.purge_tags)
      if (Object.keys(changes.set).length + changes.remove.length > 0)
        yield retag(clients, workspace, changes)
      workspace = { ...workspace, tags: changes.after }
    }
    if (params.wait && workspace.status !== 'ACTIVE' && !context.check) {
      const { id } = workspace
      yield {
        kind: 'wait',
        says: `wait until workspace ${alias} is ACTIVE`,
        call: async (signal) => {
          await askAws(() => waitActive(clients, id, { signal }))
          return null
        },
      }
      workspace = { ...workspace, status: 'ACTIVE' }
    }
    return { result: result(workspace, region) }
  },
})

/** @throws TaskFailure where there is none */
async function existingById(clients: AwsClients, id: string, signal: AbortSignal): Promise<Workspace> {
  const found = await askAws(() => describeWorkspace(clients, id, signal))
  if (found !== null) return found
  throw new TaskFailure(`there is no workspace ${id} in ${clients.region}`, {
    hint: 'look at the id and the region; one of another account is named by its URL (docs/account.md)',
  })
}

/** @throws TaskFailure for another key than a workspace has */
function checkKey({ id, kmsKeyArn }: Workspace, wished: string | undefined): void {
  if (wished === undefined || wished === kmsKeyArn) return
  throw new TaskFailure(
    `workspace ${id} is encrypted with ${kmsKeyArn ?? "AWS's own key"}, and the key of a workspace cannot be changed`,
    { hint: 'take kms_key_arn away, or make a workspace with another alias' },
  )
}

function create(clients: AwsClients, dnsSuffix: string, wish: NewWorkspace): Action {
  const { alias, tags, kmsKeyArn } = wish
  const planned = { id: 'known-after-apply', alias, tags, kmsKeyArn, status: 'ACTIVE' }
  const endpoint = `https://aps-workspaces.${clients.region}.${dnsSuffix}/workspaces/${planned.id}/`
  return {
    kind: 'call',
    says: `create workspace ${alias}`,
    diff: [{ header: `workspace ${alias}`, before: '', after: show(planned) }],
    predicted: result({ ...planned, arn: planned.id, endpoint }, clients.region),
    call: (signal) => askAws(() => createWorkspace(clients, wish, signal)),
  }
}

function retag(clients: AwsClients, workspace: Workspace, changes: ReturnType<typeof tagChanges>): Action {
  const after = { ...workspace, tags: changes.after }
  return {
    kind: 'call',
    says: `change the tags of workspace ${workspace.alias}`,
    diff: [{ header: `workspace ${workspace.alias}`, before: show(workspace), after: show(after) }],
    predicted: result(after, clients.region),
    call: async () => {
      await askAws(() => changeWorkspaceTags(clients, workspace.arn, changes.set, changes.remove))
      return null
    },
  }
}

function remove(clients: AwsClients, workspace: Workspace): Action {
  return {
    kind: 'call',
    says: `delete workspace ${workspace.alias} (${workspace.id})`,
    diff: [{ header: `workspace ${workspace.alias}`, before: show(workspace), after: '' }],
    call: async () => {
      await askAws(() => deleteWorkspace(clients, workspace.id))
      return null
    },
  }
}

/** @throws TaskFailure when several workspaces could be meant */
function choose(found: readonly Workspace[], alias: string, tags: Tags | undefined): Workspace | null {
  const [only] = found
  if (found.length <= 1) return only ?? null
  const tagged = found.filter((workspace) =>
    Object.entries(tags ?? {}).every(([key, value]) => workspace.tags[key] === value),
  )
  if (tagged.length === 1) return tagged[0]!
  throw new TaskFailure(
    `${found.length} workspaces have the alias ${alias}: ${found.map(({ id }) => id).join(', ')}`,
    {
      hint: 'give tags that only one of them has, or rename the others with `aws amp update-workspace-alias`',
    },
  )
}

function show({
  id,
  alias,
  status,
  tags,
  kmsKeyArn,
}: Pick<Workspace, 'id' | 'alias' | 'status' | 'tags' | 'kmsKeyArn'>): Value {
  const key = kmsKeyArn === undefined ? {} : { kms_key_arn: kmsKeyArn }
  return dict({ workspace_id: id, alias: alias ?? null, status, ...key, tags: tagValue(tags) })
}

function result(workspace: Workspace, region: string): Readonly<Record<string, Value>> {
  const endpoint = workspace.endpoint ?? ''
  return {
    workspace_id: workspace.id,
    arn: workspace.arn,
    alias: workspace.alias ?? null,
    status: workspace.status,
    region,
    tags: tagValue(workspace.tags),
    prometheus_endpoint: endpoint,
    remote_write_url: `${endpoint}api/v1/remote_write`,
  }
}
