import { setTimeout as sleep } from 'node:timers/promises'
import { AwsFailure } from '../../aws/errors.ts'
import { tagNode } from '../../aws/node-tags.ts'
import { deregisterNode } from '../../aws/nodes.ts'
import { waitOnline } from '../../aws/wait-online.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import { dict, type Value } from '../../values/value.ts'
import { askAws } from '../aws/ask.ts'
import { OWNER_PARAMETER, type Tags, tagChanges, tagValue } from '../aws/tags.ts'
import { type Action, defineModule } from '../module.ts'
import { agentUnit, observeAgent, type PackageForm, restartAgent } from '../registration/agent-state.ts'
import {
  lookAtRegistration,
  needsRegistration,
  openRegistration,
  type RegistrationShared,
} from '../registration/batch.ts'
import { wantedTags } from '../registration/nodes.ts'
import { refuseHosts } from '../registration/refusals.ts'
import {
  registeredId,
  registerScript,
  registrationFailure,
  reregisterScript,
} from '../registration/register-script.ts'

/** Attempts at a registration that AWS throttled. */
const ATTEMPTS = 4

export default defineModule({
  name: 'ssm_registration',
  runsOn: 'host',
  documentation: {
    summary: 'Registers the host with Systems Manager and proves that it is Online.',
    notes: [
      'One activation is made for all hosts of a batch that are not registered: limited to their number, short-lived, deleted when the batch ends.',
      'A registered host is never registered again unless `reregister` says so.',
      'Before an activation is made the nodes of the account are counted: beyond the 1,000 of the standard tier the batch is refused, and the tier is never switched.',
      'Hosts that share a machine-id, or whose clock is off, stop the batch before anything is registered.',
      "The activation code reaches the host on the standard input of its shell. While the agent registers it is in the host's process list: the agent takes it no other way.",
    ],
    examples: `
- name: under Systems Manager
  ssm_registration:
    region: eu-central-1
    iam_role: "{{ role.name }}"
    instance_name: "{{ site }}"
    tags:
      site: "{{ site }}"
  register: node
`,
    returns: {
      instance_id: "the managed node's id, `mi-` and hexadecimal digits",
      region: 'where it is registered',
      ping_status: 'what Systems Manager says of it',
    },
  },
  spec: {
    parameters: {
      region: { type: 'str', required: true, doc: 'AWS region.' },
      iam_role: {
        type: 'str',
        required: true,
        doc: 'Name (with path, without ARN) of the role that the node gets.',
      },
      instance_name: { type: 'str', doc: 'Name of the nodes in Systems Manager.' },
      tags: {
        type: 'dict',
        doc: 'Tags that the node shall have; others stay. muster adds `muster:managed`, `muster:run` and `muster:controller`.',
      },
      owner: OWNER_PARAMETER,
      expires_in: {
        type: 'int',
        default: 3600,
        doc: 'Seconds until the activation expires if it could not be deleted.',
      },
      reregister: {
        type: 'bool',
        default: false,
        doc: 'Register anew even when registered: gives a new id; the old node is deregistered.',
      },
      wait: { type: 'int', default: 300, doc: 'Seconds to wait until Systems Manager says Online.' },
    },
  },
  observe: () => ({ state: observeAgent() }),
  async *converge(params, { state }, context) {
    const region = String(params.region)
    const shared = context.shared as RegistrationShared | null
    const known = state.registration
    if (known !== undefined && known.region !== region && !params.reregister)
      throw new TaskFailure(`registered as ${known.id} in ${known.region}, not in ${region}`, {
        hint: `set region: ${known.region}, or reregister: true to move it`,
      })

    let id = known?.id
    let agentStarted = false
    const before = { instance_id: known?.id ?? null, ping_status: pingStatus(shared, known?.id) }
    if (id === undefined || params.reregister) {
      const what = id === undefined ? 'register with Systems Manager' : `register anew (now ${id})`
      const change = {
        says: what,
        diff: [
          {
            header: 'registration',
            before: dict(before),
            after: dict({ instance_id: 'mi-…', ping_status: 'Online' }),
          },
        ],
        predicted: { region, instance_id: 'known-after-apply' } as Record<string, Value>,
      }
      if (context.check) {
        yield { kind: 'call', ...change, call: () => Promise.resolve(null) }
        return {}
      }
      const { form } = state
      if (form === undefined) throw notInstalled()
      if (shared?.activation === undefined)
        throw new Error('the batch made no activation for a host that needs one')
      const { activation } = shared
      if (activation instanceof AwsFailure) throw activation
      const script =
        id === undefined
          ? registerScript(form, activation, region)
          : reregisterScript(form, activation, region)
      for (let attempt = 1; ; attempt += 1) {
        const output = yield { kind: 'run', script, more: true, ...change }
        if (output.rc === 0) {
          id = registeredId(output)
          break
        }
        const done = registeredId(output)
        if (done !== undefined) throw notRestarted(form, output, `registered as ${done}, and `)
        const failure = registrationFailure(output)
        if (!failure.retryable || attempt === ATTEMPTS) throw failure
        const pause = 1000 * 2 ** attempt * (0.5 + Math.random())
        yield {
          kind: 'wait',
          says: 'wait: throttled',
          call: (signal) => sleep(pause, null, { signal }),
        }
      }
      if (id === undefined)
        throw new TaskFailure('the agent said that it is registered, and not as what', {
          hint: 'run muster again: it reads the id from the Vault',
        })
      agentStarted = true
      if (known !== undefined) {
        yield {
          kind: 'call',
          says: `deregister ${known.id}`,
          call: async () => {
            await deregisterNode(shared.clients, known.id)
            return null
          },
        }
      }
    } else if (shared !== null && !shared.nodes.has(id)) {
      throw new TaskFailure(`registered as ${id}, which Systems Manager does not know in ${region}`, {
        hint: 'it was deregistered there, or belongs to another account; set reregister: true to register it anew',
      })
    }
    const tagging = shared === null ? undefined : tagAction(shared, id, wantedTags(params), agentStarted)
    if (tagging !== undefined) yield tagging

    const online = !agentStarted && pingStatus(shared, id) === 'Online'
    if (!agentStarted && (state.runningAs !== id || (shared !== null && !online))) {
      const { form } = state
      if (form === undefined) throw notInstalled()
      // A restart cures an agent that hibernates, and one that still runs with an identity of before.
      const output = yield {
        kind: 'run',
        script: restartAgent(form),
        more: true,
        says: `restart ${agentUnit(form)}`,
      }
      if (output.rc !== 0) throw notRestarted(form, output)
      agentStarted = true
    }
    if (agentStarted && shared !== null) {
      const node = id
      const seen = yield {
        kind: 'wait',
        says: `wait until ${node} is Online`,
        call: async (signal) => {
          const { online, missing } = await waitOnline(shared.clients, [node], {
            patience: params.wait * 1000,
            signal,
          })
          return (online.get(node) ?? missing.get(node))?.pingStatus ?? null
        },
      }
      if (seen.value !== 'Online')
        throw new TaskFailure(
          `${node} is not Online after ${params.wait} seconds: Systems Manager says ${seen.value === null ? 'nothing of it' : String(seen.value)}`,
          {
            hint: 'does the host reach the endpoints ssm, ssmmessages and ec2messages? See /var/log/amazon/ssm/amazon-ssm-agent.log there',
          },
        )
    }
    return {
      result: {
        instance_id: id,
        region,
        ...(shared === null ? {} : { ping_status: 'Online' }),
      },
    }
  },
  batch: {
    refuse: (members) =>
      refuseHosts(members, (member) => needsRegistration(member as (typeof members)[number])),
    look: lookAtRegistration,
    open: openRegistration,
  },
})

/** The tags that the node of a host lacks; a node that has just registered has those of the activation. */
function tagAction(
  { activation, lacking, clients }: RegistrationShared,
  id: string,
  wanted: Tags,
  isNew: boolean,
): Action | undefined {
  const made = activation instanceof AwsFailure ? undefined : activation
  const had = isNew ? made?.tags : lacking.get(id)
  if (had === undefined) return undefined
  const { set, after } = tagChanges(had, wanted, false)
  if (Object.keys(set).length === 0) return undefined
  return {
    kind: 'call',
    says: `tag ${id} with ${Object.keys(set).join(', ')}`,
    diff: [{ header: `tags of ${id}`, before: tagValue(had), after: tagValue(after) }],
    predicted: { instance_id: id },
    call: async (signal) => {
      await askAws(() => tagNode(clients, id, set, signal))
      return null
    },
  }
}

function pingStatus(shared: RegistrationShared | null, id: string | undefined): string | null {
  return id === undefined ? null : (shared?.nodes.get(id)?.pingStatus ?? null)
}

function notRestarted(form: PackageForm, output: Output, before = ''): TaskFailure {
  const unit = agentUnit(form)
  return new TaskFailure(`${before}${unit} cannot be restarted: ${output.stderr.toString().trim()}`, {
    hint: `see journalctl -u ${unit} on the host`,
  })
}

function notInstalled(): TaskFailure {
  return new TaskFailure('the SSM agent is not installed on the host', {
    hint: 'install its package in a task before this one',
  })
}
