import { sh } from '../../shell/sh.ts'
import { dict, type Key, type Value } from '../../values/value.ts'
import { count, type FactAnswers, type FactGroup, type Facts, factScript } from './group.ts'

/** What only Windows hosts have. */
export const windows: FactGroup = {
  name: 'windows',
  facts: [
    ...[
      'os_name',
      'os_product_type',
      'os_installation_type',
      'architecture2',
      'netbios_name',
      'ip_addresses',
    ],
    ...['windows_domain', 'windows_domain_member', 'powershell_version', 'reboot_pending', 'user_sid'],
  ],
  subsets: ['min', 'platform', 'windows_domain', 'powershell_version'],
  script: () => factScript(sh`:`),
  read: () => new Map(),
}

const ROLES: Readonly<Record<string, string>> = {
  winnt: 'workstation',
  lanmannt: 'domain_controller',
  servernt: 'server',
}

/** The facts of a Windows host by Ansible's names (facts/windows.md 6), from what the probe of the machine printed. */
export function windowsFacts(answers: FactAnswers): Facts {
  const text = (name: string) => answers.text(name) ?? ''
  const product = text('product')
  const distribution = product === '' || product.startsWith('Microsoft') ? product : `Microsoft ${product}`
  const version = `10.0.${text('build')}.${text('revision') || '0'}`
  const host = text('hostname') || text('computer')
  const domain = text('domain')
  const addresses = answers.all('address').map((address) => address.replace(/%\d+$/, ''))
  const megabytes = (name: string) => Math.round((count(answers.text(name)) ?? 0) / 2 ** 20)
  const bits64 = /64/.test(text('architecture'))
  const facts: Record<string, Value> = {
    os_family: 'Windows',
    distribution,
    distribution_version: version,
    distribution_major_version: '10',
    system: 'Win32NT',
    kernel: version,
    os_name: distribution,
    os_product_type: ROLES[text('role').toLowerCase()] ?? 'server',
    os_installation_type: text('installation'),
    architecture: bits64 ? '64-bit' : '32-bit',
    architecture2: { AMD64: 'x86_64', ARM64: 'arm64', X86: 'i386' }[text('architecture').toUpperCase()] ?? '',
    hostname: host,
    nodename: host,
    netbios_name: text('computer'),
    fqdn: domain === '' ? host : `${host}.${domain}`,
    domain,
    windows_domain: domain === '' ? 'WORKGROUP' : domain,
    windows_domain_member: domain !== '',
    ...(answers.has('memory') ? { memtotal_mb: megabytes('memory'), memfree_mb: megabytes('free') } : {}),
    processor: [text('cpu')],
    processor_vcpus: count(text('processors')) ?? 0,
    system_vendor: text('vendor'),
    product_name: text('model'),
    bios_version: text('bios'),
    uptime_seconds: count(text('uptime')) ?? 0,
    powershell_version: count(text('powershell')) ?? 0,
    user_id: text('user'),
    user_dir: text('profile'),
    user_sid: text('sid'),
    ip_addresses: addresses,
    all_ipv4_addresses: addresses.filter((one) => !one.includes(':') && !one.startsWith('127.')),
    all_ipv6_addresses: addresses.filter((one) => one.includes(':') && one !== '::1'),
    reboot_pending: text('reboot') !== '',
    env: environmentOf(answers),
  }
  return new Map(Object.entries(facts))
}

function environmentOf(answers: FactAnswers): Value {
  const env = new Map<Key, Value>()
  for (const variable of answers.all('variable')) {
    const at = variable.indexOf('=', 1)
    if (at > 0) env.set(variable.slice(0, at), variable.slice(at + 1))
  }
  return env.size === 0 ? dict() : env
}
