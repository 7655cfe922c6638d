import { factFields } from '../../probes/facts.ts'
import { mapProbe, type Probe } from '../../probes/probe.ts'
import { FactAnswers, type FactGroup, type FactOptions, type Facts } from './group.ts'
import { cpu } from './groups/cpu.ts'
import { dateTime } from './groups/date-time.ts'
import { distribution } from './groups/distribution.ts'
import { dmi, memory } from './groups/hardware.ts'
import { local } from './groups/local.ts'
import { packageManager, serviceManager, systemd } from './groups/managers.ts'
import { network, reachable } from './groups/network.ts'
import { fqdn, kernel, userspace } from './groups/platform.ts'
import { devices, mounts } from './groups/storage.ts'
import { chroot, cmdline, dns, loadAverage, lsb, security, selinux, sshKeys } from './groups/system.ts'
import { environment, user } from './groups/user.ts'
import { virtualization } from './groups/virtualization.ts'
import { windows, windowsFacts } from './windows.ts'

/** All that muster gathers, in the order in which it is shown. */
export const FACT_GROUPS: readonly FactGroup[] = [
  ...[distribution, kernel, userspace, fqdn, lsb, selinux, security, chroot],
  ...[packageManager, serviceManager, systemd, cmdline, dateTime, environment, loadAverage, sshKeys, user],
  ...[memory, cpu, dmi, mounts, devices, network, reachable, dns, virtualization, local, windows],
]

/** What holds unless a task or play says otherwise. */
const DEFAULT_OPTIONS: FactOptions = { factPath: '/etc/ansible/facts.d', timeout: 10 }

const byFact = new Map(FACT_GROUPS.flatMap((group) => group.facts.map((name) => [name, group] as const)))

/** The group that brings a fact, by its name without `ansible_`; undefined when it is none of ours. */
export function groupOfFact(name: string): FactGroup | undefined {
  return byFact.get(name) ?? FACT_GROUPS.find(({ matches }) => matches?.test(name))
}

/** The names of all facts that are not made of what the host has (interfaces). */
export function factNames(): readonly string[] {
  return [...byFact.keys()]
}

/** The answer to a group: its facts, and why there are none. */
export interface Gathered {
  readonly facts: Facts
  readonly problem: string | undefined
}

/** The probe of a group. It always has an answer: what of the facts cannot be read does not exist. */
export function factProbe(group: FactGroup, options: Partial<FactOptions> = {}): Probe<Gathered> {
  const script = group.script({ ...DEFAULT_OPTIONS, ...options })
  return mapProbe(factFields(group.name, script), ({ fields, problem, windows }) => ({
    facts:
      problem !== undefined
        ? new Map()
        : windows === true
          ? ofGroup(group, windowsFacts(new FactAnswers(fields)))
          : group.read(new FactAnswers(fields)),
    problem,
  }))
}

function ofGroup({ facts }: FactGroup, all: Facts): Facts {
  return new Map([...all].filter(([name]) => facts.includes(name)))
}
