import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
import { hostFailure, saidOn } from '../../values/host-failure.ts'
import { joinTexts } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { Value } from '../../values/value.ts'
import { type IptablesParameters, iptablesSpec } from '../firewalls/iptables-parameters.ts'
import { ruleWords } from '../firewalls/iptables-rule.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'

export default defineModule({
  name: 'iptables',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to a rule, a chain, or a policy of the packet filter, in the kernel.',
    notes: [
      'A rule is there when iptables -C says so. Rules do not outlive a boot by themselves, as with Ansible.',
      'A chain is made or removed only with chain_management; without a rule and without it the task says changed and does nothing, as with Ansible.',
    ],
    examples: `
- name: collectors may be asked from our network
  iptables:
    chain: INPUT
    protocol: tcp
    source: 10.0.0.0/8
    destination_port: '9100'
    jump: ACCEPT
    comment: metrics
`,
    returns: {
      'ip_version, table, chain, flush, state, chain_management, wait': 'as the task has them',
      rule: 'the words of the rule',
    },
  },
  spec: iptablesSpec,

  observe: (params) => ({
    looks: programs(params).map(([program, version]) =>
      scriptProbe(lookScript(params, program, version), (output) => output),
    ),
  }),

  async *converge(params, { looks }, context) {
    const wanted = params.state === 'present'
    const rule = ruleWords(params, params.ip_version === 'ipv6' ? 'ipv6' : 'ipv4')
    const { ip_version, table, flush, state, chain_management, wait } = params
    const result: Record<string, Value> = {
      ...{
        ip_version,
        table,
        chain: params.chain ?? null,
        flush,
        state,
        chain_management,
        wait: wait ?? null,
      },
      rule: joinTexts(rule, ' '),
    }
    let noted = false
    for (const [at, [program, version]] of programs(params).entries()) {
      const look = looks[at] as Output
      // In check mode an earlier task may bring it.
      if (look.rc === NO_PROGRAM && context.check) return { changed: true, result }
      if (look.rc === NO_PROGRAM)
        throw new TaskFailure(`Failed to find required executable "${program}"`, { hint: 'install iptables' })
      const words = ruleWords(params, version)
      const change = changeOf(params, words, look, program)
      if (change === null) continue
      if (words.length === 0 && !flush && params.policy === undefined && !chain_management) {
        noted = true
        continue
      }
      const output = yield {
        kind: 'run',
        says: `${program} ${change.says}`,
        touches: [],
        contained: true,
        predicted: result,
        diff: [
          {
            header: program,
            before: wanted ? '' : `${change.says}\n`,
            after: wanted ? `${change.says}\n` : '',
          },
        ],
        script: sh`LC_ALL=C ${program} -t ${table} ${change.words}`,
      }
      if (output.rc !== 0)
        throw hostFailure(`${program} ${change.says} failed`, output, { hint: 'become root' })
    }
    return { ...(noted ? { changed: true } : {}), result }
  },
})

const NO_PROGRAM = 127

function programs({
  ip_version: version,
}: IptablesParameters): ['iptables' | 'ip6tables', 'ipv4' | 'ipv6'][] {
  return [
    ...(version === 'ipv6' ? [] : [['iptables', 'ipv4'] as ['iptables', 'ipv4']]),
    ...(version === 'ipv4' ? [] : [['ip6tables', 'ipv6'] as ['ip6tables', 'ipv6']]),
  ]
}

/** Ends well where the rule, or the chain, is there; prints the chain for its policy. */
function lookScript(params: IptablesParameters, program: string, version: 'ipv4' | 'ipv6') {
  const rule = ruleWords(params, version)
  const chain = params.chain ?? ''
  const here = sh`command -v ${program} >/dev/null 2>&1 || exit ${NO_PROGRAM}`
  if (params.flush) return here
  const ask =
    params.policy !== undefined || rule.length === 0
      ? sh`-L ${chain} ${params.numeric ? ['--numeric'] : []} ${waiting(params)}`
      : sh`-C ${chain} ${waiting(params)} ${rule}`
  return lines([here, sh`LC_ALL=C ${program} -t ${params.table} ${ask}`])
}

function waiting({ wait }: IptablesParameters): Text[] {
  return wait === undefined ? [] : ['-w', wait]
}

interface Change {
  readonly words: readonly Text[]
  readonly says: string
}

/** @throws TaskFailure where the host refuses to tell */
function changeOf(
  params: IptablesParameters,
  rule: readonly Text[],
  look: Output,
  program: string,
): Change | null {
  const chain = params.chain ?? ''
  const make = (...words: readonly Text[]): Change => ({
    words: [...words.slice(0, 2).filter((word) => word !== ''), ...waiting(params), ...words.slice(2)],
    says: words
      .filter((word) => word !== '')
      .map(String)
      .join(' '),
  })
  if (params.flush) return make('-F', chain)
  if (/Permission denied|must be root/.test(saidOn(look)))
    throw hostFailure(`${program} cannot be asked`, look, { hint: 'become root' })
  const there = look.rc === 0
  if (params.policy !== undefined) {
    const [, policy] = /\(policy ([A-Z]+)\b/.exec(look.stdout.toString('latin1').slice(0, 1000)) ?? []
    if (policy === undefined)
      throw new TaskFailure("Can't detect current policy", { hint: 'only chains of the kernel have one' })
    return policy === params.policy ? null : make('-P', chain, params.policy)
  }
  const wanted = params.state === 'present'
  if (there === wanted) return null
  if (rule.length === 0) return make(wanted ? '-N' : '-X', chain)
  if (!wanted) return make('-D', chain, ...rule)
  const number = params.rule_num === undefined ? [] : [params.rule_num]
  return params.action === 'insert' ? make('-I', chain, ...number, ...rule) : make('-A', chain, ...rule)
}
