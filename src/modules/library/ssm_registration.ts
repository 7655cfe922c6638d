import { setTimeout as sleep } from 'node:timers/promises'
import { AwsFailure } from '../../aws/errors.ts'
import { deregisterNode } from '../../aws/nodes.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import { dict, type Value } from '../../values/value.ts'
import { askAws } from '../aws/ask.ts'
import { OWNER_PARAMETER } from '../aws/tags.ts'
import { defineModule } from '../module.ts'
import {
  type AgentForm,
  agentLog,
  agentOf,
  agentProbes,
  agentUnit,
  restartAgent,
} from '../registration/agent-state.ts'
import {
  lookAtRegistration,
  needsRegistration,
  openRegistration,
  type RegistrationShares,
  sharedOf,
} from '../registration/batch.ts'
import { givenActivation } from '../registration/given-activation.ts'
import { becomeOnline, judgeNewNode, notOnline, tagAction } from '../registration/own-node.ts'
import { addressOf, judgeOwner, notItsNode } from '../registration/owners.ts'
import { refuseHosts } from '../registration/refusals.ts'
import { registeredId, registrationFailure } from '../registration/register-script.ts'
import { scriptOf } from '../registration/script-of.ts'
import { restartWindowsAgent } from '../registration/windows-agent.ts'

/** Attempts at a registration that AWS throttled. */
const ATTEMPTS = 4

export default defineModule({
  name: 'ssm_registration',
  runsOn: 'host',
  platforms: ['posix', 'windows'],
  needsAws: true,
  documentation: {
    summary: 'Registers the host with Systems Manager and proves that it is Online.',
    notes: [
      'One activation is made for all hosts of a batch that are not registered: limited to their number, short-lived, deleted when the batch ends. Hosts that want another region, role, name or owner get one of their own.',
      'A registered host is never registered again unless `reregister` says so.',
      'Before an activation is made the nodes of the account are counted: beyond the 1,000 of the standard tier the batch is refused, and the tier is never switched.',
      'Hosts that share a machine-id, or whose clock is off, stop the batch before anything is registered.',
      'A host says itself which node it is, and is not believed: the node carries the tag `muster:host` with its name in the inventory, or was made by the activation of this run, or its computer name or address is what the inventory says. Else the host is refused with what was found, and nothing of the node is changed.',
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
      agent_started: 'whether the agent was started or restarted',
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
        doc: 'Tags that the node shall have; others stay. muster adds `muster:host`, `muster:managed`, `muster:run` and `muster:controller`.',
      },
      owner: OWNER_PARAMETER,
      activation_id: {
        type: 'str',
        doc: 'Id of an activation that is there already: it is used, and neither made nor deleted. Then `iam_role` is its matter.',
      },
      activation_code: { type: 'str', secret: true, doc: 'Its code.' },
      prove: {
        type: 'bool',
        default: true,
        doc: 'Ask Systems Manager whose the node is and whether it is Online, and tag it. Without it (where the credentials may not) the agent alone says that it is registered; an activation has to be given then.',
      },
      expires_in: {
        type: 'int',
        default: 3600,
        doc: 'Seconds until the activation expires if it could not be deleted.',
      },
      reregister: {
        type: 'bool',
        default: false,
        doc: 'Register anew even when registered: gives a new id; the old node is deregistered where it is proved to be this host.',
      },
      agent_file: {
        type: 'path',
        doc: 'Where the agent shares its keys, from its first start on: that of the `aws_credentials` of a later task, which needs no restart then. A host that is registered is left to that task.',
      },
      wait: { type: 'int', default: 300, doc: 'Seconds to wait until Systems Manager says Online.' },
    },
    requiredBy: { activation_id: ['activation_code'], activation_code: ['activation_id'] },
    requiredIf: [['prove', false, ['activation_id']]],
  },
  observe: () => agentProbes(),
  async *converge(params, answers, context) {
    const state = agentOf(answers)
    const region = revealText(params.region)
    const shared = params.prove ? sharedOf(context.shared as RegistrationShares | null, context.host) : null
    const known = state.registration
    if (known !== undefined && known.region !== region && !params.reregister)
      throw new TaskFailure(`registered as ${known.id} in ${known.region}, not in ${region}`, {
        hint: `set region: ${known.region}, or reregister: true to move it`,
      })
    const claim = known === undefined ? undefined : { host: context.host, id: known.id }
    const address = addressOf(context)
    const owner = claim === undefined || shared === null ? undefined : judgeOwner(claim, address, shared)
    const ping = known === undefined ? null : (shared?.nodes.get(known.id)?.pingStatus ?? null)
    const done = (id: string, agentStarted: boolean) => ({
      result: {
        instance_id: id,
        region,
        agent_started: agentStarted,
        ...(shared === null ? {} : { ping_status: 'Online' }),
      },
    })

    if (known !== undefined && !params.reregister) {
      if (shared !== null && !shared.nodes.has(known.id))
        throw new TaskFailure(`registered as ${known.id}, which Systems Manager does not know in ${region}`, {
          hint: 'it was deregistered there, or belongs to another account; set reregister: true to register it anew',
        })
      if (claim !== undefined && owner?.owned === false) throw notItsNode(claim, owner.found)
      const tagging = claim === undefined || shared === null ? undefined : tagAction(claim, params, shared)
      if (tagging !== undefined) yield tagging
      if (state.runningAs === known.id && (shared === null || ping === 'Online')) return done(known.id, false)
      const { form } = state
      if (form === undefined) throw notInstalled()
      // A restart cures an agent that hibernates, and one that still runs with an identity of before.
      const output = yield {
        kind: 'run',
        contained: true,
        script: form === 'windows' ? restartWindowsAgent() : restartAgent(form),
        more: true,
        says: `restart ${agentUnit(form)}`,
      }
      if (output.rc !== 0) throw notRestarted(form, output)
      if (shared !== null) {
        const seen = yield* becomeOnline(shared, known.id, params.wait)
        if (seen?.pingStatus !== 'Online') throw notOnline(known.id, params.wait, seen)
      }
      return done(known.id, true)
    }

    const what = known === undefined ? 'register with Systems Manager' : `register anew (now ${known.id})`
    const change = {
      says: what,
      diff: [
        {
          header: 'registration',
          before: dict({ instance_id: known?.id ?? null, ping_status: ping }),
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
    const activation = givenActivation(params) ?? shared?.activation
    if (activation === undefined) throw new Error('the batch made no activation for a host that needs one')
    if (activation instanceof AwsFailure) throw activation
    const script = scriptOf(form, activation, known !== undefined, params)
    let id: string | undefined
    for (let attempt = 1; ; attempt += 1) {
      const output = yield { kind: 'run', script, more: true, contained: true, ...change }
      id = registeredId(output)
      if (output.rc === 0) break
      if (id !== undefined) throw notRestarted(form, output, `registered as ${id}, and `)
      const failure = registrationFailure(output)
      if (!failure.retryable || attempt === ATTEMPTS) throw failure
      const pause = 1000 * 2 ** attempt * (0.5 + Math.random())
      yield { kind: 'wait', says: 'wait: throttled', call: (signal) => sleep(pause, null, { signal }) }
    }
    if (id === undefined)
      throw new TaskFailure('the agent said that it is registered, and not as what', {
        hint: 'run muster again: it reads the id from the Vault',
      })
    // What it is in Systems Manager nobody may ask: the agent got its identity there.
    if (shared === null) return done(id, true)
    const node = { host: context.host, id }
    if (shared.claims.rivals(node).length > 0) throw notItsNode(node, 'another host of the batch is it')
    shared.claims.add(node)
    if (known !== undefined && owner?.owned === true)
      yield {
        kind: 'call',
        says: `deregister ${known.id}`,
        call: async (signal) => {
          await askAws(() => deregisterNode(shared.clients, known.id, signal))
          return null
        },
      }
    const seen = yield* becomeOnline(shared, id, params.wait)
    if (seen === undefined) throw notOnline(id, params.wait, seen)
    const tags = yield* judgeNewNode(node, address, seen, shared, activation)
    const tagging = tagAction(node, params, { ...shared, tags: new Map([[id, tags]]) })
    if (tagging !== undefined) yield tagging
    if (seen.pingStatus !== 'Online') throw notOnline(id, params.wait, seen)
    return done(id, true)
  },
  batch: {
    refuse: (members) =>
      refuseHosts(members, (member) => needsRegistration(member as (typeof members)[number])),
    look: lookAtRegistration,
    open: openRegistration,
  },
})

function notRestarted(form: AgentForm, output: Output, before = ''): TaskFailure {
  const unit = agentUnit(form)
  return hostFailure(`${before}${unit} cannot be restarted`, output, { hint: agentLog(form) })
}

function notInstalled(): TaskFailure {
  return new TaskFailure('the SSM agent is not installed on the host', {
    hint: 'install its package in a task before this one',
  })
}
