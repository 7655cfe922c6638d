import type { ManagedPackage } from '../../probes/package.ts'
import type { Registration } from '../../probes/registration.ts'
import { isRunning, type UnitSummary } from '../../probes/unit-summary.ts'
import { displayText } from '../../values/text/visible.ts'
import { KNOWN_COLLECTORS } from '../collectors/known.ts'
import { type Finding, failed, ok, unchecked, warning } from './finding.ts'
import type { HostAnswers } from './host-answers.ts'

/** Kilobytes: agent, collector and exporter unpacked, an archive beside them, and some. */
const ROOM = { failed: 400_000, warning: 1_000_000 }
const INODES = 5000

/** Where muster writes; what else is mounted is no matter of its. */
const OURS = /^\/(?:etc|opt|tmp|usr|var)?(?:\/lib)?$/

/** Disk space, inodes and what is mounted to be read only. */
export function judgeDisk(answers: HostAnswers): Finding[] {
  const readOnly = [...answers.all('readonly').keys()].filter((folder) => OURS.test(folder))
  if (readOnly.length > 0)
    return [
      failed(
        'disk',
        `mounted to be read only: ${readOnly.join(', ')}`,
        'mount it to be written to; a file system that went read only by itself has a fault: see dmesg',
      ),
    ]
  const room = rows(answers.text('disk'))
  if (room.length === 0) return [unchecked('disk', 'df says nothing')]
  const little = room.filter(({ available }) => available < ROOM.warning)
  const none = little.filter(({ available }) => available < ROOM.failed)
  const told = (some: readonly Row[]) =>
    some.map(({ mount, available }) => `${Math.floor(available / 1024)} MiB left on ${mount}`).join(', ')
  const next =
    'make room: agent and collector take some 400 MiB, and the collector buffers what it cannot send'
  if (none.length > 0) return [failed('disk', told(none), next)]
  const full = rows(answers.text('inodes')).filter(({ total, available }) => total > 0 && available < INODES)
  if (full.length > 0)
    return [
      failed(
        'disk',
        `${full.map(({ mount, available }) => `${available} inodes left on ${mount}`).join(', ')}`,
        'something makes very many files there: find it with du --inodes',
      ),
    ]
  return [little.length > 0 ? warning('disk', told(little), next) : ok('disk', told(room.slice(0, 1)))]
}

interface Row {
  readonly mount: string
  readonly total: number
  readonly available: number
}

/** Rows of df -P, each file system once. */
function rows(text = ''): Row[] {
  const found = new Map<string, Row>()
  for (const line of text.split('\n')) {
    const [, total, available, mount] =
      /\s(\d+|-)\s+(?:\d+|-)\s+(\d+|-)\s+(?:\d+%|-)\s+(\/\S*)$/.exec(line) ?? []
    if (mount !== undefined)
      found.set(mount, { mount, total: Number(total) || 0, available: Number(available) || 0 })
  }
  return [...found.values()]
}

/** Root, systemd, the package manager and its state, programs. */
export function judgeSystem(answers: HostAnswers, agent: ManagedPackage): Finding[] {
  const uid = answers.text('uid')?.trim()
  const findings: Finding[] = [
    uid === '0'
      ? ok('sudo', 'root')
      : failed(
          'sudo',
          `works as the user ${uid ?? '?'}, and not as root`,
          'set ansible_become: true for the host',
        ),
    answers.text('systemd') === 'yes'
      ? ok('systemd', 'runs')
      : failed('systemd', 'the host was not started by systemd', 'agent and collectors are units of systemd'),
  ]
  const managers = [...answers.all('manager').keys()]
  const audit = answers.text('audit')?.trim() ?? ''
  findings.push(
    agent.manager !== 'dpkg'
      ? failed(
          'packages',
          `no dpkg${managers.length > 0 ? `, but ${managers.join(', ')}` : ''}`,
          'the playbooks install deb packages: install the SSM agent with what the host has, and set ssm_agent_pin: none',
        )
      : audit === ''
        ? ok('packages', ['dpkg', ...managers].join(', '))
        : failed(
            'packages',
            `dpkg was interrupted or left packages half done: ${displayText(audit).replaceAll(/\s+/g, ' ').slice(0, 160)}`,
            'dpkg --configure -a, then apt-get -f install',
          ),
  )
  const missing = [...answers.all('missing').keys()].filter((name) => name !== 'ss')
  if (missing.length > 0)
    findings.push(
      failed('programs', `not there: ${missing.join(', ')}`, 'install the packages that have them'),
    )
  return findings
}

/** Proxies that the host itself knows, beside the one that the inventory gives it. */
export function judgeProxy(answers: HostAnswers): Finding[] {
  const given = /^m-proxy (.+)$/m.exec([...answers.all('ask').values()][0] ?? '')?.[1]?.trim()
  if (given !== undefined && given !== '') return [ok('proxy', `${given}, from muster_proxy`)]
  const inUnit = /\bhttps?_proxy=\S+/i.exec(answers.text('unit') ?? '')?.[0]
  if (inUnit !== undefined)
    return [
      warning(
        'proxy',
        `the agent's unit has ${inUnit}, and the inventory none`,
        'set muster_proxy: the registration and collectors have none else',
      ),
    ]
  const own = answers.text('environment')?.trim().split('\n').filter(Boolean) ?? []
  return own.length === 0
    ? [ok('proxy', 'none')]
    : [
        warning(
          'proxy',
          `/etc/environment has ${own.join(', ')}, and the inventory no proxy`,
          'units do not read that file: set muster_proxy where AWS is reached through it',
        ),
      ]
}

/** Ports that collectors listen on, taken by somebody else. @param units as in {@link judgeCollectors} */
export function judgePorts(
  answers: HostAnswers,
  ports: readonly number[],
  units: readonly UnitSummary[],
): Finding[] {
  if (answers.all('missing').has('ss')) return [unchecked('ports', 'no ss on the host')]
  const taken = answers.all('port')
  const findings = ports.flatMap((port): Finding[] => {
    const [pid = '0', comm = '', unit = ''] = (taken.get(String(port)) ?? '').split(' ')
    if (!taken.has(String(port))) return []
    // In a container root may not see whose a port is: then it is that of the collector that runs and has it.
    const own = KNOWN_COLLECTORS.find(
      (known, at) =>
        known.ports.includes(port) &&
        (known.units.includes(unit) || (pid === '0' && units[at] !== undefined && isRunning(units[at]))),
    )
    if (own !== undefined) return []
    const wanted = KNOWN_COLLECTORS.filter((known) => known.ports.includes(port)).map(({ name }) => name)
    const who = pid === '0' ? 'somebody' : `${comm} (process ${pid}${unit === '' ? '' : `, ${unit}`})`
    return [
      failed(
        'ports',
        `port ${port}, which ${wanted.join(' and ') || 'a collector'} needs, is taken by ${who}`,
        unit === ''
          ? `end it, or have it listen elsewhere`
          : `systemctl disable --now ${unit}, or have it listen elsewhere`,
      ),
    ]
  })
  return findings.length > 0 ? findings : [ok('ports', `${ports.join(', ')} free, or the collector's own`)]
}

/** The agent, and which node the host is. */
export function judgeAgent(
  agent: ManagedPackage,
  isSnap: boolean,
  { node, runningAs }: Registration,
  region: string,
): Finding {
  const form = isSnap ? 'as a snap' : agent.status === 'installed' ? agent.version : undefined
  if (node !== undefined && node.region !== region)
    return failed(
      'agent',
      `registered as ${node.id} in ${node.region}, not in ${region}`,
      `set muster_region: ${node.region}, or reregister: true to move it`,
    )
  if (node !== undefined && runningAs !== undefined && runningAs !== node.id)
    return warning('agent', `registered as ${node.id}, and runs as ${runningAs}`, 'restart the agent')
  if (node !== undefined)
    return ok('agent', `registered as ${node.id}${form === undefined ? ', and not installed' : ''}`)
  if (agent.status !== 'installed' && agent.status !== 'not-installed' && agent.status !== 'config-files')
    return failed('agent', `its package is ${agent.status}`, 'dpkg --configure -a')
  return ok('agent', form === undefined ? 'not installed' : `${form}, not registered`)
}

/** Collectors that are there. @param units in the order of {@link KNOWN_COLLECTORS}, of each its first */
export function judgeCollectors(units: readonly UnitSummary[]): Finding {
  const running = KNOWN_COLLECTORS.filter((_, at) => units[at] !== undefined && isRunning(units[at]))
  const senders = running.filter(({ sends }) => sends).map(({ name }) => name)
  return senders.length > 1
    ? warning(
        'collectors',
        `${senders.join(' and ')} run beside each other`,
        'they may send the same series twice: keep one',
      )
    : ok('collectors', running.length === 0 ? 'none' : running.map(({ name }) => name).join(', '))
}
