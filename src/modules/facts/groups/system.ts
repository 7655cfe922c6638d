import { sh } from '../../../shell/sh.ts'
import { Float } from '../../../values/float.ts'
import { type Dict, dict, type Key, type Value } from '../../../values/value.ts'
import { type FactGroup, type Facts, factScript, readAssignments } from '../group.ts'

const ENFORCING: Readonly<Record<string, string>> = { '1': 'enforcing', '0': 'permissive', '-1': 'disabled' }

/** SELinux as the kernel has it and as its configuration wants it. */
export const selinux: FactGroup = {
  name: 'selinux',
  facts: ['selinux', 'selinux_python_present'],
  subsets: ['min', 'selinux'],
  script: () =>
    factScript(sh`m_is there -e /sys/fs/selinux/enforce; m_one enforce /sys/fs/selinux/enforce; m_one policyvers /sys/fs/selinux/policyvers
m_all config /etc/selinux/config`),
  read: (answers): Facts => {
    const facts = new Map<string, Value>([['selinux_python_present', true]])
    if (!answers.has('there')) return facts.set('selinux', dict({ status: 'disabled' }))
    const config = readAssignments(answers.lines('config'))
    const version = answers.text('policyvers')
    return facts.set(
      'selinux',
      dict({
        status: 'enabled',
        policyvers: version === undefined ? 'unknown' : Number(version),
        config_mode: config.get('SELINUX') ?? 'unknown',
        mode: ENFORCING[answers.text('enforce') ?? ''] ?? 'unknown',
        type: config.get('SELINUXTYPE') ?? 'unknown',
      }),
    )
  },
}

/** apparmor and fips. */
export const security: FactGroup = {
  name: 'security',
  facts: ['apparmor', 'fips'],
  subsets: ['min', 'apparmor', 'fips'],
  script: () =>
    factScript(sh`m_is apparmor -e /sys/kernel/security/apparmor; m_one fips /proc/sys/crypto/fips_enabled`),
  read: (answers): Facts =>
    new Map<string, Value>([
      ['apparmor', dict({ status: answers.has('apparmor') ? 'enabled' : 'disabled' })],
      ['fips', answers.text('fips') === '1'],
    ]),
}

/** Whether the play works inside a chroot. */
export const chroot: FactGroup = {
  name: 'chroot',
  facts: ['is_chroot'],
  subsets: ['chroot', 'is_chroot'],
  script: () =>
    factScript(sh`if [ -n "\${debian_chroot:-}" ]; then printf 'chroot\0\0'
elif [ -r /proc/1/root/. ]; then [ / -ef /proc/1/root/. ] || printf 'chroot\0\0'
else
  m_t=2; case $(stat -f -c %T / 2>/dev/null) in *btrfs*) m_t=256 ;; *xfs*) m_t=128 ;; esac
  [ "$(stat -c %i / 2>/dev/null)" = $m_t ] || printf 'chroot\0\0'
fi`),
  read: (answers): Facts => new Map([['is_chroot', answers.has('chroot')]]),
}

/** cmdline and proc_cmdline: what the kernel was started with. */
export const cmdline: FactGroup = {
  name: 'cmdline',
  facts: ['cmdline', 'proc_cmdline'],
  subsets: ['min', 'cmdline'],
  script: () => factScript(sh`m_one cmdline /proc/cmdline`),
  read: (answers): Facts => {
    const last: Dict = new Map()
    const all: Dict = new Map()
    // Words of a shell, whose quotes stay.
    for (const [word] of (answers.text('cmdline') ?? '').matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)) {
      const at = word.indexOf('=')
      const [name, value]: [string, Value] = at < 0 ? [word, true] : [word.slice(0, at), word.slice(at + 1)]
      last.set(name, value)
      const before = all.get(name)
      if (value === true || before === undefined) all.set(name, value)
      else if (Array.isArray(before)) before.push(value)
      else all.set(name, [before, value])
    }
    return new Map<string, Value>([
      ['cmdline', last],
      ['proc_cmdline', all],
    ])
  },
}

export const loadAverage: FactGroup = {
  name: 'loadavg',
  facts: ['loadavg'],
  subsets: ['loadavg'],
  script: () => factScript(sh`m_one load /proc/loadavg`),
  read: (answers): Facts => {
    const match = /^(\d+\.\d+) (\d+\.\d+) (\d+\.\d+)/.exec(answers.text('load') ?? '')
    if (match === null) return new Map()
    const [one, five, fifteen] = match.slice(1).map((text) => new Float(Number(text)))
    return new Map([['loadavg', dict({ '1m': one as Float, '5m': five as Float, '15m': fifteen as Float })]])
  },
}

/** What /etc/resolv.conf says. */
export const dns: FactGroup = {
  name: 'dns',
  facts: ['dns'],
  subsets: ['min', 'dns'],
  script: () => factScript(sh`m_all resolv /etc/resolv.conf`),
  read: (answers): Facts => {
    const found: Dict = new Map()
    for (const line of answers.lines('resolv')) {
      const [word, ...rest] = line.trim().split(/\s+/)
      if (word === undefined || /^[#;]/.test(line)) continue
      if (word === 'nameserver')
        found.set('nameservers', [...((found.get('nameservers') as Value[] | undefined) ?? []), ...rest])
      else if (word === 'domain' && rest[0] !== undefined) found.set('domain', rest[0])
      else if (word === 'search' || word === 'sortlist') found.set(word, rest)
      else if (word === 'options') found.set('options', options(rest))
    }
    return new Map([['dns', found]])
  },
}

function options(words: readonly string[]): Dict {
  return new Map<Key, Value>(
    words.map((word) => {
      const at = word.indexOf(':')
      return at < 0 ? [word, true] : [word.slice(0, at), word.slice(at + 1) || true]
    }),
  )
}

const LSB: Readonly<Record<string, string>> = {
  'LSB Version': 'release',
  'Distributor ID': 'id',
  Description: 'description',
  Release: 'release',
  Codename: 'codename',
  DISTRIB_ID: 'id',
  DISTRIB_RELEASE: 'release',
  DISTRIB_DESCRIPTION: 'description',
  DISTRIB_CODENAME: 'codename',
}

/** What `lsb_release` says, or /etc/lsb-release. */
export const lsb: FactGroup = {
  name: 'lsb',
  facts: ['lsb'],
  subsets: ['min', 'lsb'],
  script: () =>
    factScript(sh`if command -v lsb_release >/dev/null 2>&1; then printf 'program\0%s\0' "$(lsb_release -a 2>/dev/null)"; fi
m_all file /etc/lsb-release`),
  read: (answers): Facts => {
    const found: Dict = new Map()
    const add = (name: string, value: string) => {
      const key = LSB[name.trim()]
      if (key !== undefined) found.set(key, value.trim().replace(/^['"\\]+|['"\\]+$/g, ''))
    }
    for (const line of answers.lines('program')) {
      const at = line.indexOf(':')
      if (at > 0) add(line.slice(0, at), line.slice(at + 1))
    }
    if (found.size === 0) for (const [name, value] of readAssignments(answers.lines('file'))) add(name, value)
    const release = found.get('release')
    if (typeof release === 'string') found.set('major_release', release.split('.')[0] as string)
    return new Map([['lsb', found]])
  },
}

/** Algorithm -> our field of its file. */
const KEYS: Readonly<Record<string, string>> = { dsa: 'dsa', rsa: 'rsa', ecdsa: 'ecdsa', ed25519: 'ed' }

/** The public keys of the host's sshd. */
export const sshKeys: FactGroup = {
  name: 'ssh_pub_keys',
  facts: Object.keys(KEYS).flatMap((name) => [
    `ssh_host_key_${name}_public`,
    `ssh_host_key_${name}_public_keytype`,
  ]),
  subsets: [
    'min',
    'ssh_pub_keys',
    'ssh_host_pub_keys',
    ...Object.keys(KEYS).map((name) => `ssh_host_key_${name}_public`),
  ],
  script: () =>
    factScript(sh`for m_p in /etc/ssh /etc/openssh /etc; do
  m_one dsa "$m_p/ssh_host_dsa_key.pub"; m_one rsa "$m_p/ssh_host_rsa_key.pub"
  m_one ecdsa "$m_p/ssh_host_ecdsa_key.pub"; m_one ed "$m_p/ssh_host_ed25519_key.pub"
done`),
  read: (answers): Facts => {
    const facts = new Map<string, Value>()
    for (const [name, field] of Object.entries(KEYS)) {
      const [type, key] = answers.text(field)?.split(/\s+/) ?? []
      if (type === undefined || key === undefined) continue
      facts.set(`ssh_host_key_${name}_public`, key)
      facts.set(`ssh_host_key_${name}_public_keytype`, type)
    }
    return facts
  },
}
