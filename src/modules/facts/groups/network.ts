import { sh } from '../../../shell/sh.ts'
import { type Dict, dict, type Key, type Value } from '../../../values/value.ts'
import { count, type FactAnswers, type FactGroup, type Facts, factScript } from '../group.ts'
import { type Addresses, type Inet, readAddresses } from './ip-addresses.ts'

const TYPES: Readonly<Record<string, string>> = {
  '1': 'ether',
  '32': 'infiniband',
  '512': 'ppp',
  '772': 'loopback',
  '65534': 'tunnel',
}

/** Addresses outside, whose route shows the default interface; nothing is sent to them. */
const OUTSIDE_V4 = '8.8.8.8'
const OUTSIDE_V6 = '2404:6800:400a:800::1012'

/** Names that are interfaces' for sure, as Linux and its tools give them; others are known once they were gathered. */
const INTERFACE =
  /^(?:lo|(?:eth|br|virbr|docker|cni|bond|team|tun|tap|wg|ppp|dummy|ifb|vlan|ib|wlan)\d+|(?:en|wl|ww|ib)[opsx]\d\w*|br[-_]\w+|docker_gwbridge|veth\w+)(?:[._:]\d+)*$/

/** Interfaces and addresses, all from `ip` as in Ansible: without it there are none. */
export const network: FactGroup = {
  name: 'network',
  facts: ['interfaces', 'default_ipv4', 'default_ipv6', 'all_ipv4_addresses', 'all_ipv6_addresses'],
  matches: INTERFACE,
  subsets: [
    'network',
    'interfaces',
    'default_ipv4',
    'default_ipv6',
    'all_ipv4_addresses',
    'all_ipv6_addresses',
  ],
  script: () =>
    factScript(sh`PATH=$PATH:/sbin:/usr/sbin
if command -v ip >/dev/null 2>&1; then
  printf 'route_four\0%s\0' "$(ip -4 route get ${OUTSIDE_V4} 2>/dev/null)"
  printf 'route_six\0%s\0' "$(ip -6 route get ${OUTSIDE_V6} 2>/dev/null)"
  printf 'addresses\0'; LC_ALL=C ip addr show 2>/dev/null; printf '\0'
  for m_i in /sys/class/net/*; do
    [ -d "$m_i" ] || continue
    printf 'interface\0%s\0' "\${m_i##*/}"
    for m_f in address mtu operstate type speed flags; do m_one "$m_f" "$m_i/$m_f"; done
    if [ -d "$m_i/bridge" ]; then
      printf 'bridge\0\0'; m_one bridge_id "$m_i/bridge/bridge_id"; m_one stp_state "$m_i/bridge/stp_state"
      for m_f in "$m_i"/brif/*; do [ ! -e "$m_f" ] || printf 'brif\0%s\0' "\${m_f##*/}"; done
    fi
    if [ -d "$m_i/bonding" ]; then
      printf 'bonding\0\0'; for m_f in slaves mode miimon lacp_rate primary; do m_one "bond_$m_f" "$m_i/bonding/$m_f"; done
    fi
  done
fi`),
  read: (answers): Facts => (answers.has('addresses') ? networkFacts(answers) : new Map()),
}

/** Addresses that the host answers on, whole prefixes included. */
export const reachable: FactGroup = {
  name: 'locally_reachable_ips',
  facts: ['locally_reachable_ips'],
  subsets: ['network', 'locally_reachable_ips'],
  script: () =>
    factScript(sh`PATH=$PATH:/sbin:/usr/sbin
if command -v ip >/dev/null 2>&1; then
  printf 'four\0%s\0' "$(ip -4 route show table local 2>/dev/null)"; printf 'six\0%s\0' "$(ip -6 route show table local 2>/dev/null)"
fi`),
  read: (answers): Facts => {
    if (!answers.has('four')) return new Map()
    const routes = ['four', 'six'].flatMap((name) => answers.lines(name))
    const local = new Set(routes.flatMap((line) => /^local (\S+)/.exec(line)?.[1] ?? []))
    const [ipv4, ipv6] = [false, true].map((six) => [...local].filter((one) => one.includes(':') === six))
    return new Map([['locally_reachable_ips', dict({ ipv4: ipv4 as string[], ipv6: ipv6 as string[] })]])
  },
}

function networkFacts(answers: FactAnswers): Facts {
  const interfaces = interfacesOf(answers)
  const addresses = readAddresses(answers.lines('addresses'))
  const v4 = defaultOf(answers.text('route_four'), OUTSIDE_V4)
  const v6 = defaultOf(answers.text('route_six'), OUTSIDE_V6)
  for (const [device, own] of interfaces) addTo(device, own, addresses, interfaces)
  for (const inet of addresses.four) if (inet.address === v4.get('address')) complete(v4, inet, interfaces)
  for (const inet of addresses.six)
    if (inet.address === v6.get('address')) {
      v6.set('prefix', inet.prefix)
      v6.set('scope', inet.scope)
      copyLink(v6, inet.device, interfaces)
    }
  const named = new Map([...interfaces].map(([name, own]) => [name.replaceAll(':', '_'), own]))
  return new Map<string, Value>([
    ['interfaces', [...named.keys()]],
    // `{{ ansible_br-0 }}` would be a difference: Ansible writes - as _ in the name of the variable.
    ...[...named].map(([name, own]): [string, Value] => [name.replaceAll('-', '_'), own]),
    ['default_ipv4', v4],
    ['default_ipv6', v6],
    [
      'all_ipv4_addresses',
      addresses.four.map(({ address }) => address).filter((one) => !one.startsWith('127.')),
    ],
    ['all_ipv6_addresses', addresses.six.map(({ address }) => address).filter((one) => one !== '::1')],
  ])
}

function interfacesOf(answers: FactAnswers): Map<string, Dict> {
  const found = new Map<string, Dict>()
  let own: Dict | undefined
  for (const [name, text] of answers.pairs()) {
    const value = text.trim()
    if (name === 'interface') {
      own = dict({ device: value })
      found.set(value, own)
    } else if (own !== undefined) addField(own, name, value)
  }
  return found
}

type Entries = Readonly<Record<string, Value | undefined>>

const number =
  (key: string) =>
  (value: string): Entries => ({ [key]: count(value) })
const firstWordAs =
  (key: string) =>
  (value: string): Entries => ({ [key]: value.split(/\s+/)[0] })

/** What a file of /sys/class/net says of an interface. */
const FIELDS: Readonly<Record<string, (value: string) => Entries>> = {
  address: (value) => ({ macaddress: value === '00:00:00:00:00:00' ? undefined : value }),
  mtu: number('mtu'),
  speed: number('speed'),
  operstate: (value) => ({ active: value !== 'down' }),
  type: (value) => ({ type: TYPES[value] ?? 'unknown' }),
  flags: (value) => ({ promisc: (Number.parseInt(value, 16) & 0x100) > 0 }),
  bridge: () => ({ type: 'bridge', interfaces: [] }),
  bridge_id: (value) => ({ id: value }),
  stp_state: (value) => ({ stp: value === '1' }),
  bonding: () => ({ type: 'bonding' }),
  bond_slaves: (value) => ({ slaves: value.split(/\s+/) }),
  bond_mode: firstWordAs('mode'),
  bond_miimon: firstWordAs('miimon'),
  bond_lacp_rate: firstWordAs('lacp_rate'),
  bond_primary: (value) => ({ primary: value }),
}

function addField(own: Dict, name: string, value: string): void {
  const members = own.get('interfaces')
  if (name === 'brif' && Array.isArray(members)) members.push(value)
  const entries = Object.hasOwn(FIELDS, name) ? FIELDS[name]!(value) : {}
  for (const [key, one] of Object.entries(entries)) if (one !== undefined) own.set(key, one)
}

/** The addresses of a device, those of its labels (`eth0:1`) as interfaces of their own. */
function addTo(device: string, own: Dict, addresses: Addresses, interfaces: Map<string, Dict>): void {
  for (const inet of addresses.four.filter((one) => one.device === device)) {
    const labelled = inet.label === device ? own : (interfaces.get(inet.label) ?? new Map<Key, Value>())
    if (labelled !== own) interfaces.set(inet.label, labelled)
    const entry = inetDict(inet)
    if (!inet.secondary && !labelled.has('ipv4')) labelled.set('ipv4', entry)
    else addSecondary(labelled, entry)
    if (inet.secondary && labelled !== own) addSecondary(own, entry)
  }
  const six = addresses.six.filter((one) => one.device === device)
  if (six.length > 0)
    own.set(
      'ipv6',
      six.map(({ address, prefix, scope }) => dict({ address, prefix, scope })),
    )
}

function addSecondary(own: Dict, entry: Dict): void {
  const others = own.get('ipv4_secondaries')
  if (Array.isArray(others)) others.push(entry)
  else own.set('ipv4_secondaries', [entry])
}

function inetDict({ address, broadcast, netmask, network: net, prefix }: Inet): Dict {
  return dict({ address, broadcast, netmask, network: net, prefix })
}

function defaultOf(route: string | undefined, asked: string): Dict {
  const found = dict({})
  const words = route?.split('\n')[0]?.split(/\s+/) ?? []
  if (words[0] !== asked) return found
  for (const [at, word] of words.entries()) {
    const next = words[at + 1]
    if (next === undefined) break
    if (word === 'dev') found.set('interface', next)
    else if (word === 'src') found.set('address', next)
    else if (word === 'via' && next !== asked) found.set('gateway', next)
  }
  return found
}

function complete(found: Dict, inet: Inet, interfaces: ReadonlyMap<string, Dict>): void {
  for (const [key, value] of inetDict(inet)) found.set(key, value)
  copyLink(found, inet.device, interfaces)
  found.set('alias', inet.label)
}

function copyLink(found: Dict, device: string, interfaces: ReadonlyMap<string, Dict>): void {
  const own = interfaces.get(device)
  for (const key of ['macaddress', 'mtu', 'type'])
    if (own?.has(key) === true) found.set(key, own.get(key) as Value)
}
