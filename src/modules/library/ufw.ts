import { scriptProbe } from '../../probes/script.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import {
  insertionPoint,
  NO_UFW,
  readUfw,
  type UfwState,
  ufwLook,
  wouldChange,
} from '../firewalls/ufw-state.ts'
import { defineModule } from '../module.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'

const spec = {
  parameters: {
    state: {
      type: 'str',
      choices: ['enabled', 'disabled', 'reloaded', 'reset'],
      doc: 'On, off, read anew, or as it was installed; the last two are always changed.',
    },
    default: {
      type: 'str',
      choices: ['allow', 'deny', 'reject'],
      aliases: ['policy'],
      doc: 'What becomes of packets that no rule is for, in the direction.',
    },
    rule: { type: 'str', choices: ['allow', 'deny', 'limit', 'reject'], doc: 'A rule.' },
    logging: {
      type: 'str',
      choices: ['full', 'high', 'low', 'medium', 'off', 'on'],
      doc: 'How much is logged.',
    },
    direction: {
      type: 'str',
      choices: ['in', 'incoming', 'out', 'outgoing', 'routed'],
      doc: 'in or out for a rule; incoming, outgoing or routed for default.',
    },
    delete: { type: 'bool', default: false, doc: 'The rule shall not be there.' },
    route: { type: 'bool', default: false, doc: 'The rule is for what is routed.' },
    insert: { type: 'int', doc: 'Number that a new rule shall get.' },
    insert_relative_to: {
      type: 'str',
      choices: ['zero', 'first-ipv4', 'last-ipv4', 'first-ipv6', 'last-ipv6'],
      default: 'zero',
      doc: 'What insert counts from.',
    },
    interface: { type: 'str', aliases: ['if'], doc: 'Interface, in the direction.' },
    interface_in: { type: 'str', aliases: ['if_in'], doc: 'Interface by which packets come.' },
    interface_out: { type: 'str', aliases: ['if_out'], doc: 'Interface by which they go.' },
    log: { type: 'bool', default: false, doc: 'Log what the rule is for.' },
    from_ip: { type: 'str', default: 'any', aliases: ['from', 'src'], doc: 'Where packets come from.' },
    from_port: { type: 'str', doc: 'Port there.' },
    to_ip: { type: 'str', default: 'any', aliases: ['dest', 'to'], doc: 'Where they go.' },
    to_port: { type: 'str', aliases: ['port'], doc: 'Port there.' },
    proto: {
      type: 'str',
      aliases: ['protocol'],
      choices: ['ah', 'any', 'esp', 'ipv6', 'tcp', 'udp', 'gre', 'igmp', 'vrrp'],
      doc: 'Protocol.',
    },
    name: { type: 'str', aliases: ['app'], doc: 'An application that ufw knows.' },
    comment: { type: 'str', doc: 'Comment of the rule.' },
  },
  mutuallyExclusive: [
    ['name', 'proto', 'logging'],
    ['direction', 'interface_in'],
    ['direction', 'interface_out'],
  ],
  requiredOneOf: [['state', 'default', 'rule', 'logging']],
  requiredBy: { interface: ['direction'] },
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'ufw',
  collection: 'community.general',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to the firewall of Ubuntu and Debian: whether it is on, its policies, one rule.',
    notes: [
      'A rule is tried with ufw --dry-run first, so that what is there needs no change; policies and logging are read from the files of ufw, also while it is off.',
      'With several of state, default, rule and logging they are done in that order.',
    ],
    examples: `
- name: ssh stays open
  ufw: { rule: limit, port: ssh, proto: tcp }
- name: nothing else does
  ufw: { state: enabled, policy: deny }
`,
    returns: { commands: 'what was called', msg: 'what ufw status says then' },
  },
  spec,

  observe: (params) => ({
    state: scriptProbe(
      ufwLook(params.rule === undefined ? null : ruleWords(params, 0), params.insert_relative_to !== 'zero'),
      (output) => output,
    ),
  }),

  async *converge(params, { state: output }, context) {
    requireFitting(params)
    // In check mode an earlier task may bring ufw.
    if (output.rc === NO_UFW && context.check) return { changed: true }
    if (output.rc === NO_UFW)
      throw new TaskFailure('Failed to find required executable "ufw"', { hint: 'install it (package ufw)' })
    const state = readUfw(output)
    const calls = callsFor(params, state)
    const commands: Value = calls.map((one) => `ufw ${one.toString()}`)
    if (calls.length === 0) return { result: { commands } }
    const done = yield {
      kind: 'run',
      says: calls.map((one) => `ufw ${one.toString()}`).join('; '),
      touches: ['files', 'units'],
      predicted: { commands },
      script: sh`export LC_ALL=C LANG=C
${calls.map((one) => sh`ufw ${one} >&2 || exit;`)}
ufw status verbose`,
    }
    if (done.rc !== 0) throw hostFailure('ufw failed', done, { hint: 'become root' })
    return { msg: done.stdout.toString('utf8').trimEnd(), result: { commands } }
  },
})

/** @throws TaskFailure in Ansible's words for parameters that do not go together */
function requireFitting(params: Parameters): void {
  const { direction } = params
  if (params.default !== undefined && (direction === 'in' || direction === 'out'))
    throw new TaskFailure(
      'For default, direction must be one of "outgoing", "incoming" and "routed", or direction must not be specified.',
    )
  if (params.rule === undefined) return
  if (direction !== undefined && direction !== 'in' && direction !== 'out')
    throw new TaskFailure(
      'For rules, direction must be one of "in" and "out", or direction must not be specified.',
    )
  if (!params.route && params.interface_in !== undefined && params.interface_out !== undefined)
    throw new TaskFailure('Only route rules can combine interface_in and interface_out')
}

function callsFor(params: Parameters, state: UfwState): ShellText[] {
  const calls: ShellText[] = []
  if (params.state === 'enabled' && !state.active) calls.push(sh`-f enable`)
  if (params.state === 'disabled' && state.active) calls.push(sh`-f disable`)
  if (params.state === 'reloaded') calls.push(sh`-f reload`)
  if (params.state === 'reset') calls.push(sh`-f reset`)
  const direction =
    params.direction === 'outgoing' || params.direction === 'routed' ? params.direction : 'incoming'
  if (
    params.default !== undefined &&
    (params.state === 'reset' || state.policies[direction] !== params.default)
  )
    calls.push(sh`default ${params.default} ${direction}`)
  if (params.rule !== undefined && (params.state === 'reset' || wouldChange(state)))
    calls.push(ruleWords(params, insertOf(params, state.numbered)))
  const { logging } = params
  const logs = logging === 'on' ? state.logging !== 'off' : state.logging === logging
  if (logging !== undefined && (params.state === 'reset' || !logs)) calls.push(sh`logging ${logging}`)
  return calls
}

function insertOf({ insert, insert_relative_to: relative }: Parameters, numbered: string): number {
  return insert === undefined ? 0 : insertionPoint(insert, relative, numbered)
}

/** The rule in ufw's long form. */
function ruleWords(params: Parameters, insert: number): ShellText {
  const pair = (word: string, value: Text | undefined): Text[] => (value === undefined ? [] : [word, value])
  const on = (words: readonly string[], value: Text | undefined): Text[] =>
    value === undefined ? [] : [...words, value]
  const words: Text[] = [
    ...(params.route ? ['route'] : []),
    ...(params.delete ? ['delete'] : []),
    ...(insert === 0 || params.delete ? [] : ['insert', String(insert)]),
    params.rule ?? '',
    ...(params.direction === undefined ? [] : [params.direction]),
    ...on(['on'], params.interface),
    ...on(['in', 'on'], params.interface_in),
    ...on(['out', 'on'], params.interface_out),
    ...(params.log ? ['log'] : []),
    ...pair('from', params.from_ip),
    ...pair('port', params.from_port),
    ...pair('to', params.to_ip),
    ...pair('port', params.to_port),
    ...pair('proto', params.proto),
    ...pair('app', params.name),
    ...pair('comment', params.comment),
  ]
  return sh`${words}`
}
