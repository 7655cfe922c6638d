import { joinTexts, mapText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { isDict, type Value } from '../../values/value.ts'
import type { Text } from '../parameters.ts'

/** The parameters that say what of a zone a task is about; one of them at most. */
export interface SubjectParameters {
  readonly icmp_block: Text | undefined
  readonly icmp_block_inversion: boolean | undefined
  readonly service: Text | undefined
  readonly protocol: Text | undefined
  readonly port: Text | undefined
  readonly port_forward: readonly Value[] | undefined
  readonly rich_rule: Text | undefined
  readonly source: Text | undefined
  readonly interface: Text | undefined
  readonly forward: boolean | undefined
  readonly masquerade: boolean | undefined
  readonly target: string | undefined
  readonly zone: Text | undefined
  readonly permanent: boolean
  readonly state: 'absent' | 'disabled' | 'enabled' | 'present'
}

/** How firewall-cmd is asked for something and told to have it, or not to have it. */
export interface Subject {
  /** For messages: `service http`. */
  readonly what: Text
  /** It is a zone itself, and in none. */
  readonly isZone: boolean
  readonly wanted: boolean
  /** Words that end well where it is there; null for what is looked at in a list. */
  readonly query: Text | null
  /** A list of words, in which it is when it is there. */
  readonly list: { readonly word: string; readonly holds: Text } | null
  readonly add: Text
  readonly remove: Text
  /** It can be changed on disk alone. */
  readonly permanentOnly: boolean
  /** firewalld may end it by itself after a time. */
  readonly expires: boolean
}

/** What the task is about. @throws TaskFailure in Ansible's words for parameters that do not go together */
export function subjectOf(params: SubjectParameters): Subject {
  const on = params.state === 'enabled' || params.state === 'present'
  const subject = valued(params, on) ?? flagged(params, params.state === 'enabled') ?? ofZone(params, on)
  const zoneLevel = params.target !== undefined || subject.isZone
  if (!zoneLevel && (params.state === 'absent' || params.state === 'present'))
    throw new TaskFailure('absent and present state can only be used in zone level operations', {
      hint: 'use enabled or disabled',
    })
  if (subject.permanentOnly && !params.permanent)
    throw new TaskFailure(
      "Zone operations must be permanent. Make sure you didn't set the 'permanent' flag to 'false'.",
      {
        hint: 'set permanent: true',
      },
    )
  return subject
}

function valued(params: SubjectParameters, wanted: boolean): Subject | null {
  const port = params.port === undefined ? undefined : mapText(params.port, (text) => text.trim())
  if (port !== undefined && !textMatches(port, /^[^/]+\/[a-z]+$/))
    throw new TaskFailure('improper port format (missing protocol?)', { hint: 'a port is like 9100/tcp' })
  const all: readonly (readonly [string, Text | undefined])[] = [
    ['icmp-block', params.icmp_block],
    ['service', params.service],
    ['protocol', params.protocol],
    ['port', port],
    ['rich-rule', params.rich_rule],
    ['source', params.source],
    ['interface', params.interface],
    ['forward-port', params.port_forward === undefined ? undefined : forwardPort(params.port_forward)],
  ]
  const [kind, value] = all.find(([, one]) => one !== undefined) ?? []
  if (kind === undefined || value === undefined) return null
  return {
    what: joinTexts([kind, ' ', value]),
    isZone: false,
    wanted,
    query: joinTexts([`--query-${kind}=`, value]),
    list: null,
    add: joinTexts([`--${kind === 'interface' ? 'change' : 'add'}-${kind}=`, value]),
    remove: joinTexts([`--remove-${kind}=`, value]),
    permanentOnly: false,
    expires: kind !== 'source' && kind !== 'interface',
  }
}

function flagged(params: SubjectParameters, on: boolean): Subject | null {
  const all = {
    'icmp-block-inversion': params.icmp_block_inversion,
    forward: params.forward,
    masquerade: params.masquerade,
  }
  const [kind, value] = Object.entries(all).find(([, one]) => one !== undefined) ?? []
  if (kind === undefined) return null
  return {
    ...{ what: kind, isZone: false, wanted: on === value, query: `--query-${kind}`, list: null },
    ...{ add: `--add-${kind}`, remove: `--remove-${kind}`, permanentOnly: false, expires: false },
  }
}

function ofZone({ zone, target, state }: SubjectParameters, wanted: boolean): Subject {
  const name = zone
  if (target !== undefined)
    return {
      ...{
        what: `target ${target}`,
        isZone: false,
        wanted,
        query: null,
        list: { word: '--get-target', holds: target },
      },
      ...{
        add: `--set-target=${target}`,
        remove: '--set-target=default',
        permanentOnly: true,
        expires: false,
      },
    }
  if (name === undefined || state === 'enabled' || state === 'disabled')
    throw new TaskFailure('the task says nothing that the firewall shall have', {
      hint: 'name a service, a port or the like; a zone itself is present or absent',
    })
  return {
    ...{
      what: joinTexts(['zone ', name]),
      isZone: true,
      wanted,
      query: null,
      list: { word: '--get-zones', holds: name },
    },
    ...{
      add: joinTexts(['--new-zone=', name]),
      remove: joinTexts(['--delete-zone=', name]),
      permanentOnly: true,
      expires: false,
    },
  }
}

function forwardPort(given: readonly Value[]): string {
  const [one, ...more] = given
  if (more.length > 0) throw new TaskFailure('Only one port forward supported at a time')
  const part = (key: string) => {
    const value = one !== undefined && isDict(one) ? one.get(key) : undefined
    return value === undefined || value === null ? undefined : String(value)
  }
  const [port, proto, toport, toaddr] = ['port', 'proto', 'toport', 'toaddr'].map(part)
  if (port === undefined) throw new TaskFailure('port must be specified for port forward')
  if (proto === undefined) throw new TaskFailure('proto udp/tcp must be specified for port forward')
  if (toport === undefined) throw new TaskFailure('toport must be specified for port forward')
  return `port=${port}:proto=${proto}:toport=${toport}${toaddr === undefined ? '' : `:toaddr=${toaddr}`}`
}
