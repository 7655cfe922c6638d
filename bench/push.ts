/**
 * `node scripts/setup.mjs bench/push.ts [HOSTS] [MIB] [ROUNDS]`: what it costs to send one file to all hosts at once, with
 * OpenSSH and with muster, by turns on the same hosts. CPU time is what counts on a machine that others use too:
 * controller and hosts are told apart.
 */

import { randomFillSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { quote } from '../src/shell/quote.ts'
import { startHosts, type TestHosts } from '../test/hosts/index.ts'
import { ssh, together } from './floor.ts'
import { type HostUsage, withHostUsage } from './host-usage.ts'
import { type Measured, measure } from './measure.ts'
import { measuredMuster } from './muster.ts'

const DESTINATION = '/var/tmp/pushed'
const count = Number(process.argv[2] ?? 21)
const size = Number(process.argv[3] ?? 25) * 2 ** 20
const rounds = Number(process.argv[4] ?? 3)

/** One way to bring the file to all hosts. */
interface Way {
  readonly what: string
  readonly run: (hosts: TestHosts, file: string, state: string) => Promise<Measured>
}

const openssh = (command: string) => (hosts: TestHosts, file: string) =>
  measure(together(hosts.hosts.map((host) => `${ssh(hosts, host.port, command)} < ${quote(file)}`)))

const node = [process.execPath, '--import', join(import.meta.dirname, 'record-usage.mjs')]

const ways: readonly Way[] = [
  { what: `ssh 'cat > f'`, run: openssh(`cat > ${DESTINATION}`) },
  {
    what: `ssh 'cat > f; sync f; sha256sum f'`,
    run: openssh(`cat > ${DESTINATION}; sync ${DESTINATION}; sha256sum ${DESTINATION}`),
  },
  {
    what: 'push over connections of muster',
    run: (hosts, file) =>
      measure([
        ...node,
        join(import.meta.dirname, 'push-alone.ts'),
        ...[file, DESTINATION, hosts.privateKeyFile, hosts.knownHostsFile],
        ...hosts.hosts.map((host) => String(host.port)),
      ]),
  },
  {
    what: 'playbook with one copy',
    run: (hosts, file, state) =>
      measure(
        [
          ...measuredMuster,
          ...['apply', join(import.meta.dirname, 'push.yaml'), '-i', hosts.inventoryFile, '--forks', '50'],
          ...['-e', JSON.stringify({ file })],
        ],
        { environment: { XDG_STATE_HOME: state, XDG_CACHE_HOME: state } },
      ),
  },
]

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const folder = await mkdtemp(join(tmpdir(), 'muster-push-'))
try {
  await using hosts = await startHosts(count)
  const file = join(folder, 'file')
  await writeFile(file, randomFillSync(Buffer.alloc(size)))
  process.stdout.write(
    `push: ${size / 2 ** 20} MiB to ${count} hosts, ${availableParallelism()} cores, Node ${process.version}\n`,
  )
  const measured = ways.map(() => [] as (Measured & HostUsage)[])
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, way] of ways.entries()) {
      await Promise.all(hosts.hosts.map((host) => host.sh(`rm -f ${DESTINATION}; sync`)))
      measured[at]!.push(await withHostUsage(hosts, () => way.run(hosts, file, folder)))
    }
  }
  const [floor] = measured as [(Measured & HostUsage)[]]
  const cost = (one: Measured & HostUsage) => one.cpu + one.hostCpu * count
  for (const [at, { what }] of ways.entries()) {
    const runs = measured[at]!
    const ratio = (of: (one: Measured & HostUsage) => number) =>
      median(runs.map((run, round) => of(run) / of(floor[round]!))).toFixed(2)
    const memory = median(runs.flatMap((run) => run.memory ?? []))
    process.stdout.write(
      `${[
        what.padEnd(36),
        `${median(runs.map((run) => run.seconds)).toFixed(2)} s (x ${ratio((run) => run.seconds)})`,
        `CPU ${median(runs.map(cost)).toFixed(2)} s (x ${ratio(cost)})`,
        `controller ${median(runs.map((run) => run.cpu)).toFixed(2)} s`,
        `a host ${(1000 * median(runs.map((run) => run.hostCpu))).toFixed(0)} ms`,
        `${median(runs.map((run) => run.processes.length))} processes`,
        ...(Number.isNaN(memory) ? [] : [`${memory.toFixed(0)} MiB`]),
      ].join('  ')}\n`,
    )
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
