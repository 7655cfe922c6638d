import { sh } from '../../../shell/sh.ts'
import type { Value } from '../../../values/value.ts'
import { type FactGroup, type Facts, factScript } from '../group.ts'

const MIN = ['min', 'platform']

/** system, kernel and machine. */
export const kernel: FactGroup = {
  name: 'kernel',
  facts: [
    'system',
    'kernel',
    'kernel_version',
    'machine',
    'architecture',
    'hostname',
    'nodename',
    'machine_id',
  ],
  subsets: [...MIN, 'system', 'kernel', 'kernel_version', 'machine', 'architecture', 'machine_id'],
  script: () =>
    factScript(sh`m_d=/proc/sys/kernel
if [ -r $m_d/osrelease ]; then m_one system $m_d/ostype; m_one kernel $m_d/osrelease; m_one kernel_version $m_d/version; m_one nodename $m_d/hostname
else printf 'system\0%s\0kernel\0%s\0kernel_version\0%s\0nodename\0%s\0' "$(uname -s)" "$(uname -r)" "$(uname -v)" "$(uname -n)"; fi
printf 'machine\0%s\0' "$(uname -m)"
m_one dbus_id /var/lib/dbus/machine-id; m_one machine_id /etc/machine-id`),
  read: (answers) => {
    const facts = new Map<string, Value>()
    for (const name of ['system', 'kernel', 'kernel_version', 'machine', 'nodename'] as const) {
      const value = answers.text(name)
      if (value !== undefined) facts.set(name, value)
    }
    const machine = answers.text('machine')
    if (machine !== undefined) facts.set('architecture', /i([3456]86|86pc)/.test(machine) ? 'i386' : machine)
    const node = answers.text('nodename')
    if (node !== undefined) facts.set('hostname', node.split('.')[0] as string)
    const id = answers.text('dbus_id') ?? answers.text('machine_id')
    if (id !== undefined) facts.set('machine_id', id)
    return facts
  },
}

/** Whether programs of the host are of 32 or 64 bits. */
export const userspace: FactGroup = {
  name: 'userspace',
  facts: ['userspace_bits', 'userspace_architecture'],
  subsets: MIN,
  script: () =>
    factScript(sh`printf 'machine\0%s\0' "$(uname -m)"
if command -v getconf >/dev/null 2>&1; then printf 'bits\0%s\0' "$(getconf LONG_BIT 2>/dev/null)"; fi`),
  read: (answers): Facts => {
    const machine = answers.text('machine') ?? ''
    const bits = answers.text('bits') ?? (/64|s390x/.test(machine) ? '64' : '32')
    const facts = new Map<string, Value>([['userspace_bits', bits]])
    if (machine === 'x86_64' || /i([3456]86|86pc)/.test(machine))
      facts.set('userspace_architecture', bits === '64' ? 'x86_64' : 'i386')
    return facts
  },
}

/** The full name, as Python's `getfqdn` finds it: by the address that the host's name has. */
export const fqdn: FactGroup = {
  name: 'fqdn',
  facts: ['fqdn', 'domain'],
  subsets: MIN,
  script: () =>
    factScript(sh`m_n=; { IFS= read -r m_n </proc/sys/kernel/hostname; } 2>/dev/null; [ -n "$m_n" ] || m_n=$(uname -n)
printf 'nodename\0%s\0' "$m_n"
if command -v getent >/dev/null 2>&1; then
  m_a=$(getent ahosts -- "$m_n" 2>/dev/null); m_a=\${m_a%%[ $(printf '\t')]*}
  if [ -n "$m_a" ]; then printf 'hosts\0%s\0' "$(getent hosts -- "$m_a" 2>/dev/null)"; fi
fi`),
  read: (answers): Facts => {
    const node = answers.text('nodename') ?? ''
    const [, ...names] = (answers.lines('hosts')[0] ?? '').split(/\s+/)
    const whole = names.find((name) => name.includes('.')) ?? names[0] ?? node
    return new Map<string, Value>([
      ['fqdn', whole],
      ['domain', whole.split('.').slice(1).join('.')],
    ])
  },
}
