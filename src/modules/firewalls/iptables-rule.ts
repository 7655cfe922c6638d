import { joinTexts, mapText, sameText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type Dict, isDict } from '../../values/value.ts'
import type { Text } from '../parameters.ts'

/** The parameters that make a rule, under Ansible's names. */
export interface RuleParameters {
  readonly protocol: Text | undefined
  readonly source: Text | undefined
  readonly destination: Text | undefined
  readonly match: readonly Text[]
  readonly tcp_flags: Dict | undefined
  readonly jump: Text | undefined
  readonly gateway: Text | undefined
  readonly log_prefix: Text | undefined
  readonly log_level: string | undefined
  readonly to_destination: Text | undefined
  readonly destination_ports: readonly Text[]
  readonly to_source: Text | undefined
  readonly goto: Text | undefined
  readonly in_interface: Text | undefined
  readonly out_interface: Text | undefined
  readonly fragment: Text | undefined
  readonly set_counters: Text | undefined
  readonly source_port: Text | undefined
  readonly destination_port: Text | undefined
  readonly to_ports: Text | undefined
  readonly set_dscp_mark: Text | undefined
  readonly set_dscp_mark_class: Text | undefined
  readonly syn: 'ignore' | 'match' | 'negate'
  readonly ctstate: readonly Text[]
  readonly src_range: Text | undefined
  readonly dst_range: Text | undefined
  readonly match_set: Text | undefined
  readonly match_set_flags: string | undefined
  readonly limit: Text | undefined
  readonly limit_burst: Text | undefined
  readonly uid_owner: Text | undefined
  readonly gid_owner: Text | undefined
  readonly reject_with: Text | undefined
  readonly icmp_type: Text | undefined
  readonly comment: Text | undefined
}

/**
 * The words of a rule for iptables or ip6tables, in the order that Ansible gives them; empty where the task names none.
 * A value with `!` before it is negated. @throws TaskFailure for words that do not go together
 */
export function ruleWords(params: RuleParameters, version: 'ipv4' | 'ipv6'): Text[] {
  const jump = jumpOf(params)
  const matches = (name: string) => params.match.some((one) => sameText(one, name))
  const set = [params.set_dscp_mark, params.set_dscp_mark_class]
  const dscp = set.some((one) => one !== undefined) && jump === undefined ? 'DSCP' : undefined
  const match = (needed: unknown, name: string) => (needed === undefined || matches(name) ? [] : ['-m', name])
  const range = params.src_range ?? params.dst_range
  const limit = params.limit ?? params.limit_burst
  const conntrack = matches('state') && !matches('conntrack') ? '--state' : '--ctstate'
  const states = params.ctstate.length === 0 ? undefined : joined(params.ctstate)
  const ports = params.destination_ports.length === 0 ? undefined : joined(params.destination_ports)
  return [
    ...flag('-p', params.protocol),
    ...flag('-s', params.source),
    ...flag('-d', params.destination),
    ...params.match.flatMap((one) => flag('-m', one)),
    ...tcpFlags(params.tcp_flags),
    ...flag('-j', jump),
    ...(params.jump !== undefined && textMatches(params.jump, /^tee$/i)
      ? flag('--gateway', params.gateway)
      : []),
    ...flag('--log-prefix', params.log_prefix),
    ...flag('--log-level', params.log_level),
    ...flag('--to-destination', params.to_destination),
    ...match(ports, 'multiport'),
    ...flag('--dports', ports),
    ...flag('--to-source', params.to_source),
    ...flag('-g', params.goto),
    ...flag('-i', params.in_interface),
    ...flag('-o', params.out_interface),
    ...flag('-f', params.fragment),
    ...flag('-c', params.set_counters),
    ...flag('--source-port', params.source_port),
    ...flag('--destination-port', params.destination_port),
    ...flag('--to-ports', params.to_ports),
    ...flag('--set-dscp', params.set_dscp_mark),
    ...flag('--set-dscp-class', params.set_dscp_mark_class),
    ...(params.syn === 'ignore' ? [] : params.syn === 'match' ? ['--syn'] : ['!', '--syn']),
    ...(matches('state') ? [] : match(states, 'conntrack')),
    ...flag(conntrack, states),
    ...match(range, 'iprange'),
    ...flag('--src-range', params.src_range),
    ...flag('--dst-range', params.dst_range),
    ...match(params.match_set, 'set'),
    ...setWords(params),
    ...match(limit, 'limit'),
    ...flag('--limit', params.limit),
    ...flag('--limit-burst', params.limit_burst),
    ...match(params.uid_owner ?? params.gid_owner, 'owner'),
    ...flag('--uid-owner', params.uid_owner),
    ...flag('--gid-owner', params.gid_owner),
    ...flag('-j', dscp ?? (jump === undefined && params.reject_with !== undefined ? 'REJECT' : undefined)),
    ...flag('--reject-with', params.reject_with),
    ...flag(version === 'ipv4' ? '--icmp-type' : '--icmpv6-type', params.icmp_type),
    ...match(params.comment, 'comment'),
    ...flag('--comment', params.comment),
  ]
}

function jumpOf({ jump, log_prefix, log_level }: RuleParameters): Text | undefined {
  if (log_prefix === undefined && log_level === undefined) return jump
  if (jump !== undefined && !sameText(jump, 'LOG'))
    throw new TaskFailure('Logging options can only be used with the LOG jump target.')
  return 'LOG'
}

function flag(name: string, value: Text | undefined): Text[] {
  if (value === undefined) return []
  return textMatches(value, /^!/)
    ? ['!', name, mapText(value, (text) => text.slice(1).trim())]
    : [name, value]
}

function setWords({ match_set: set, match_set_flags: flags }: RuleParameters): Text[] {
  const [name, ...rest] = [...flag('--match-set', set)].toReversed()
  if (name === undefined) return []
  return [...rest.toReversed(), name, ...(flags === undefined ? [] : [flags])]
}

function tcpFlags(given: Dict | undefined): string[] {
  if (given === undefined) return []
  const list = (key: string) => {
    const value = given.get(key)
    return Array.isArray(value)
      ? value.map(String).join(',')
      : value === undefined
        ? undefined
        : String(value)
  }
  const wrong = [...given.keys()].find((key) => key !== 'flags' && key !== 'flags_set')
  if (wrong !== undefined || !isDict(given))
    throw new TaskFailure(
      `Unsupported parameters for tcp_flags: ${String(wrong)}. Supported: flags, flags_set`,
    )
  const [flags, set] = [list('flags'), list('flags_set')]
  return flags === undefined || set === undefined ? [] : ['--tcp-flags', flags, set]
}

function joined(words: readonly Text[]): Text {
  return joinTexts(words, ',')
}
