import { powerShellFailure, windowsNumber } from '../../probes/windows/rows.ts'
import { windowsScript } from '../../probes/windows/script.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'
import {
  ALL_PROFILES,
  differences,
  type FirewallRule,
  type FirewallWish,
  PROFILES,
  PROTOCOLS,
} from '../windows/firewall/rule-wish.ts'

const spec = {
  parameters: {
    name: { type: 'str', doc: 'Name of the rule.' },
    group: { type: 'str', doc: 'Without a name: all rules of this group, to be enabled or disabled.' },
    state: {
      type: 'str',
      default: 'present',
      choices: ['present', 'absent'],
      doc: 'Whether it shall be there.',
    },
    enabled: { type: 'bool', doc: 'Whether it is in force; a new one is.' },
    direction: { type: 'str', choices: ['in', 'out'], doc: 'Of the traffic; of a new rule: in.' },
    action: { type: 'str', choices: ['allow', 'block'], doc: 'What is done; of a new rule: allow.' },
    profiles: {
      type: 'list',
      elements: 'str',
      aliases: ['profile'],
      doc: 'Networks it is for: domain, private, public.',
    },
    localip: { type: 'str', doc: 'Own addresses, with commas; `any`.' },
    remoteip: { type: 'str', doc: "The others' addresses, with commas; `any`, `localsubnet`." },
    localport: { type: 'str', doc: 'Own ports, with commas, or ranges; needs protocol tcp or udp.' },
    remoteport: { type: 'str', doc: "The others' ports." },
    protocol: { type: 'str', doc: '`any`, `tcp`, `udp`, `icmpv4`, `icmpv6`, or a number.' },
    program: { type: 'str', doc: 'Program it is for; `any`.' },
    service: { type: 'str', doc: 'Service it is for; `any`.' },
    icmp_type_code: { type: 'list', elements: 'str', doc: 'Types and codes of ICMP (`8:*`).' },
    description: { type: 'str', doc: 'What it is for.' },
  },
  requiredOneOf: [['name', 'group']],
} as const satisfies ParameterSpec

type Params = ParametersOf<typeof spec>

/** In the order in which they are set: ports need the protocol. */
const PROPERTIES = [
  ...['Protocol', 'Direction', 'Action', 'Enabled', 'Profiles', 'LocalAddresses', 'RemoteAddresses'],
  ...['LocalPorts', 'RemotePorts', 'IcmpTypesAndCodes', 'ApplicationName', 'serviceName', 'Description'],
] as const

export default defineModule({
  name: 'win_firewall_rule',
  runsOn: 'host',
  collection: 'community.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Makes, changes and removes rules of the Windows firewall.',
    notes: [
      'Only what is given is compared, on all rules of that name. Addresses are compared as what they mean: 10.0.0.1 is 10.0.0.1/255.255.255.255.',
      'Rules of a group policy are not touched.',
    ],
    examples: `
- name: the exporter is asked from one host
  win_firewall_rule: { name: exporter, localport: 9182, protocol: tcp, remoteip: 10.0.0.5 }
`,
    returns: {},
  },
  spec,
  observe: ({ name, group }) => ({
    rules: windowsScript(
      ps`foreach($r in (New-Object -ComObject HNetCfg.FwPolicy2).Rules){
  if(${name !== undefined}){if($r.Name -ne ${name ?? ''}){continue}}elseif($r.Grouping -ne ${group ?? ''}){continue}
  f 'rule'
  f $r.Name
  foreach($n in ${PROPERTIES}){f 'value';f $r.$n}
}`,
      'rules of the firewall',
      (told) => {
        const values = told.get('value') ?? []
        return (told.get('rule') ?? []).map((_, at) =>
          ruleOf(values.slice(at * PROPERTIES.length, (at + 1) * PROPERTIES.length)),
        )
      },
    ),
  }),
  async *converge(params, { rules }) {
    const { name, group, state } = params
    const wanted = wish(params)
    const shown = name ?? group ?? ''
    const change = { kind: 'run', touches: ['units'] } as const
    if (state === 'absent') {
      if (name === undefined) throw new TaskFailure('only a rule with a name is removed')
      if (rules.length === 0) return { result: {} }
      const says = `remove the rule ${shown}`
      const output = yield {
        ...change,
        says,
        script: ps`$p=New-Object -ComObject HNetCfg.FwPolicy2
foreach($n in 1..${rules.length}){$p.Rules.Remove(${name})}`,
      }
      if (output.rc !== 0) throw powerShellFailure(output, says)
      return { result: {} }
    }
    const different = new Set(rules.flatMap((rule) => differences(rule, wanted)))
    if (rules.length > 0 && different.size === 0) return { result: {} }
    if (name === undefined && rules.length === 0) throw new TaskFailure(`no rule is of the group ${group}`)
    if (name === undefined && [...different].some((key) => key !== 'Enabled'))
      throw new TaskFailure('of the rules of a group only enabled can be set', {
        hint: 'give the name of a rule',
      })
    const fresh = rules.length === 0
    const all: FirewallWish = fresh ? { Direction: 1, Action: 1, Enabled: true, ...wanted } : wanted
    const set = PROPERTIES.filter((key) => (fresh ? all[key] !== undefined : different.has(key)))
    const says = `${fresh ? 'make' : 'change'} the rule ${shown}`
    const output = yield {
      ...change,
      says,
      script: ps`$p=New-Object -ComObject HNetCfg.FwPolicy2
$new=${fresh}
$all=@()
if($new){
  $r=New-Object -ComObject HNetCfg.FWRule
  $r.Name=${name ?? ''}
  $g=${group ?? null}
  if($g){$r.Grouping=$g}
  $all=@($r)
}else{
  foreach($r in $p.Rules){if(${name !== undefined}){if($r.Name -ne ${name ?? ''}){continue}}elseif($r.Grouping -ne ${group ?? ''}){continue};$all+=$r}
}
foreach($r in $all){
  foreach($x in ${set.map((key) => [key, all[key] as string | number | boolean])}){
    $n=$x[0]
    $v=$x[1]
    if($v -is [long]){$v=[int]$v}
    $r.$n=$v
  }
}
if($new){$p.Rules.Add($r)}`,
    }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    return { result: {} }
  },
})

function ruleOf(values: readonly string[]): FirewallRule {
  const number = (at: number) => windowsNumber(values[at], 'rules of the firewall')
  const text = (at: number) => values[at] ?? ''
  return {
    ...{ Protocol: number(0), Direction: number(1), Action: number(2), Enabled: text(3) === 'True' },
    ...{ Profiles: number(4), LocalAddresses: text(5), RemoteAddresses: text(6), LocalPorts: text(7) },
    ...{ RemotePorts: text(8), IcmpTypesAndCodes: text(9), ApplicationName: text(10), serviceName: text(11) },
    Description: text(12),
  }
}

/** @throws TaskFailure for words that the firewall does not know */
function wish(params: Params): FirewallWish {
  const any = (text: Text) => (/^any$/i.test(revealText(text)) ? '*' : revealText(text))
  const given = <T>(
    value: T | undefined,
    key: keyof FirewallRule,
    read: (value: T) => string | number | boolean,
  ) => (value === undefined ? {} : { [key]: read(value) })
  return {
    ...given(params.enabled, 'Enabled', (value) => value),
    ...given(params.direction, 'Direction', (value) => (value === 'in' ? 1 : 2)),
    ...given(params.action, 'Action', (value) => (value === 'allow' ? 1 : 0)),
    ...given(params.profiles, 'Profiles', profilesOf),
    ...given(params.protocol, 'Protocol', protocolOf),
    ...given(params.localip, 'LocalAddresses', any),
    ...given(params.remoteip, 'RemoteAddresses', any),
    ...given(params.localport, 'LocalPorts', any),
    ...given(params.remoteport, 'RemotePorts', any),
    ...given(params.icmp_type_code, 'IcmpTypesAndCodes', (list) => list.map(any).join(',')),
    ...given(params.program, 'ApplicationName', (text) => any(text).replace(/^\*$/, '')),
    ...given(params.service, 'serviceName', any),
    ...given(params.description, 'Description', (text) => revealText(text)),
  }
}

function profilesOf(list: readonly Text[]): number {
  const bits = list.reduce((sum, item) => {
    const bit = PROFILES[revealText(item).toLowerCase()]
    if (bit === undefined) throw new TaskFailure('profiles are domain, private and public')
    return sum | bit
  }, 0)
  return bits === 7 ? ALL_PROFILES : bits
}

function protocolOf(text: Text): number {
  const word = revealText(text).toLowerCase()
  const number = PROTOCOLS[word] ?? (/^\d{1,3}$/.test(word) ? Number(word) : undefined)
  if (number === undefined) throw new TaskFailure('protocol is any, tcp, udp, icmpv4, icmpv6 or a number')
  return number
}
