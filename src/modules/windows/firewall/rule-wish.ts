/** A rule of the Windows firewall, as its interface (INetFwRule) names and spells its properties. */
export interface FirewallRule {
  readonly Direction: number
  readonly Action: number
  readonly Enabled: boolean
  /** Bits: 1 domain, 2 private, 4 public. */
  readonly Profiles: number
  readonly Protocol: number
  readonly LocalAddresses: string
  readonly RemoteAddresses: string
  readonly LocalPorts: string
  readonly RemotePorts: string
  readonly IcmpTypesAndCodes: string
  readonly ApplicationName: string
  readonly serviceName: string
  readonly Description: string
}

export type FirewallWish = Partial<FirewallRule>

export const PROTOCOLS: Readonly<Record<string, number>> = {
  any: 256,
  icmpv4: 1,
  tcp: 6,
  udp: 17,
  icmpv6: 58,
}
export const PROFILES: Readonly<Record<string, number>> = { domain: 1, private: 2, public: 4 }
/** All profiles, those of the future too. */
export const ALL_PROFILES = 0x7fff_ffff

/** Addresses in one spelling: Windows writes masks where a user wrote none. */
function address(text: string): string {
  const [base = '', mask] = text.toLowerCase().split('/')
  if (base === 'any') return '*'
  if (mask === undefined) return base
  const bits = mask.includes('.') ? prefixOf(mask) : mask
  return bits === (base.includes(':') ? '128' : '32') ? base : `${base}/${bits}`
}

function prefixOf(mask: string): string {
  const bits = mask
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('')
  return /^1*0*$/.test(bits) && bits.length === 32 ? String(bits.lastIndexOf('1') + 1) : mask
}

const LISTS: Readonly<Record<string, (item: string) => string>> = {
  LocalAddresses: address,
  RemoteAddresses: address,
  LocalPorts: port,
  RemotePorts: port,
  IcmpTypesAndCodes: port,
}

function port(text: string): string {
  const lower = text.toLowerCase()
  return lower === 'any' || lower === '' ? '*' : lower
}

/** The properties of a rule that are not as wanted. Lists have no order; names of programs have no case. */
export function differences(have: FirewallRule, wanted: FirewallWish): (keyof FirewallRule)[] {
  return (Object.keys(wanted) as (keyof FirewallRule)[]).filter(
    (key) => spelled(key, have[key]) !== spelled(key, wanted[key] as FirewallRule[typeof key]),
  )
}

function spelled(key: keyof FirewallRule, value: string | number | boolean): string {
  const list = LISTS[key]
  if (list !== undefined)
    return [
      ...new Set(
        String(value)
          .split(',')
          .map((item) => list(item.trim())),
      ),
    ]
      .sort()
      .join(',')
  if (key === 'Profiles') return String(Number(value) & 7)
  if (key === 'ApplicationName' || key === 'serviceName') return String(value).toLowerCase()
  return String(value)
}
