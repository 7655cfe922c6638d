import { basename } from 'node:path/posix'
import { sh } from '../../../shell/sh.ts'
import { dict, type Value } from '../../../values/value.ts'
import { count, type FactAnswers, type FactGroup, type Facts, factScript } from '../group.ts'
import { RELEASE_FILES, readDistribution } from './distribution.ts'

/** Programs of package managers in Ansible's order: the last that is there counts. */
const PACKAGE_MANAGERS: readonly (readonly [path: string, name: string])[] = [
  ['/usr/bin/rpm-ostree', 'atomic_container'],
  ['/usr/bin/yum', 'dnf'],
  ['/usr/bin/dnf-3', 'dnf'],
  ['/usr/bin/dnf5', 'dnf5'],
  ['/usr/bin/apt-get', 'apt'],
  ['/usr/bin/zypper', 'zypper'],
  ['/usr/sbin/urpmi', 'urpmi'],
  ['/usr/bin/pacman', 'pacman'],
  ['/bin/opkg', 'opkg'],
  ['/usr/local/bin/brew', 'homebrew'],
  ['/opt/homebrew/bin/brew', 'homebrew'],
  ['/sbin/apk', 'apk'],
  ['/usr/sbin/pkg', 'pkgng'],
  ['/usr/bin/emerge', 'portage'],
  ['/usr/sbin/pkgadd', 'svr4pkg'],
  ['/usr/bin/xbps-install', 'xbps'],
  ['/usr/bin/swupd', 'swupd'],
]

/** pkg_mgr: the package manager that belongs to the distribution. */
export const packageManager: FactGroup = {
  name: 'pkg_mgr',
  facts: ['pkg_mgr'],
  subsets: ['min', 'pkg_mgr'],
  script: () =>
    factScript(sh`${RELEASE_FILES}
for m_p in ${PACKAGE_MANAGERS.map(([path]) => path)}; do [ ! -e "$m_p" ] || printf 'there\0%s\0' "$m_p"; done
m_is ostree -e /run/ostree-booted
for m_p in /usr/bin/dnf /usr/bin/microdnf; do
  if [ -e $m_p ]; then printf 'dnf\0%s\0' "$(readlink -f $m_p 2>/dev/null || printf %s $m_p)"; fi
done
if [ -e /usr/bin/rpm ] && [ -e /usr/bin/apt-get ]; then ! /usr/bin/rpm -q --whatprovides /usr/bin/apt-get >/dev/null 2>&1 || printf 'apt_is_rpm\0\0'; fi`),
  read: (answers): Facts => new Map([['pkg_mgr', managerOf(answers)]]),
}

function managerOf(answers: FactAnswers): string {
  const family = readDistribution(answers).get('os_family')
  if (family === 'RedHat') {
    if (answers.has('ostree')) return 'atomic_container'
    const program = answers.text('dnf')
    return program === undefined ? 'unknown' : program === '/usr/bin/dnf5' ? 'dnf5' : 'dnf'
  }
  const there = new Set(answers.all('there'))
  const last = PACKAGE_MANAGERS.findLast(([path]) => there.has(path))?.[1] ?? 'unknown'
  const manager = family === 'Debian' ? 'apt' : last
  return manager === 'apt' && (family === 'Altlinux' || answers.has('apt_is_rpm')) ? 'apt_rpm' : manager
}

const INIT: Readonly<Record<string, string>> = {
  procd: 'openwrt_init',
  'runit-init': 'runit',
  svscan: 'svc',
  'openrc-init': 'openrc',
}

/** service_mgr: who starts the services of the host. */
export const serviceManager: FactGroup = {
  name: 'service_mgr',
  facts: ['service_mgr'],
  subsets: ['min', 'service_mgr'],
  script: () =>
    factScript(sh`m_one comm /proc/1/comm
if [ -L /sbin/init ]; then printf 'init\0%s\0' "$(readlink /sbin/init)"; fi
if command -v systemctl >/dev/null 2>&1; then
  printf 'systemctl\0\0'; m_is booted -e /run/systemd/system -o -e /dev/.run/systemd -o -e /dev/.systemd
fi
m_is openwrt -e /etc/openwrt_release
if command -v initctl >/dev/null 2>&1; then m_is upstart -e /etc/init; fi
m_is openrc -e /sbin/openrc; m_is sysvinit -e /etc/init.d; m_is dinit -e /etc/dinit.d`),
  read: (answers): Facts => new Map([['service_mgr', initOf(answers)]]),
}

function initOf(answers: FactAnswers): string {
  const first = answers.text('comm') ?? answers.text('init')
  const name = first === undefined ? undefined : basename(first)
  // Many are called init, and a shell may be the first process of a container: those tell nothing.
  if (name !== undefined && name !== 'init' && !name.endsWith('sh')) return INIT[name] ?? name
  if (answers.has('openwrt')) return 'openwrt_init'
  if (answers.has('booted')) return 'systemd'
  if (answers.has('upstart')) return 'upstart'
  if (answers.has('openrc')) return 'openrc'
  if (answers.has('systemctl') && basename(answers.text('init') ?? '') === 'systemd') return 'systemd'
  if (answers.has('sysvinit')) return 'sysvinit'
  return answers.has('dinit') ? 'dinit' : 'service'
}

/** The version of systemd, where it runs. */
export const systemd: FactGroup = {
  name: 'systemd',
  facts: ['systemd'],
  subsets: ['systemd'],
  script: () =>
    factScript(
      sh`if command -v systemctl >/dev/null 2>&1 && [ -e /run/systemd/system ]; then printf 'version\0%s\0' "$(systemctl --version 2>/dev/null)"; fi`,
    ),
  read: (answers): Facts => {
    const [first = '', features = ''] = answers.lines('version')
    const version = count(first.split(' ')[1])
    const facts = new Map<string, Value>()
    if (version !== undefined) facts.set('systemd', dict({ features, version }))
    return facts
  },
}
