import { readFile } from 'node:fs/promises'
import type { TestHost, TestHosts } from '../test/hosts/index.ts'
import { countProcesses, type HostProcess } from './host-processes.ts'

/** What something cost the hosts, each of them on average. */
export interface HostUsage {
  /** CPU seconds. */
  readonly hostCpu: number
  /** Processes started on the first host, without those that a running agent starts by itself. */
  readonly processes: readonly HostProcess[]
}

/**
 * The CPU that a host's container used so far, from its control group, read on this machine: the engine's own figures
 * miss what systemd moved into groups of its own.
 */
async function cpuMeter(host: TestHost): Promise<() => Promise<number>> {
  const groups = await host.sh('cat /proc/1/cgroup')
  const old = /^\d+:(?:[^:]*,)?cpuacct(?:,[^:]*)?:(.*)$/m.exec(groups)?.[1]
  if (old !== undefined) {
    const file = `/sys/fs/cgroup/cpuacct${old}/cpuacct.usage`
    return async () => Number(await readFile(file, 'utf8')) / 1e9
  }
  const unified = /^0::(.*?)(?:\/init\.scope)?$/m.exec(groups)?.[1]
  const file = `/sys/fs/cgroup${unified}/cpu.stat`
  return async () => Number(/^usage_usec (\d+)$/m.exec(await readFile(file, 'utf8'))![1]) / 1e6
}

/** Adds to a result what its making cost the hosts. */
export async function withHostUsage<T>(
  hosts: Pick<TestHosts, 'hosts'>,
  work: () => Promise<T>,
): Promise<T & HostUsage> {
  const [sample] = hosts.hosts as [TestHost]
  const meters = await Promise.all(hosts.hosts.map(cpuMeter))
  const total = async () =>
    (await Promise.all(meters.map((meter) => meter()))).reduce((sum, each) => sum + each, 0)
  const end = await countProcesses(sample)
  const cpu = await total()
  const result = await work()
  const hostCpu = ((await total()) - cpu) / hosts.hosts.length
  return { ...result, hostCpu, processes: await end() }
}
