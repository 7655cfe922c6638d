/**
 * muster beside the floor, on the same hosts and in the same run: `npm run bench [-- HOSTS]`. Prints ratios; absolute
 * times say more about the machine than about muster.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateActivationCommand } from '@aws-sdk/client-ssm'
import { type Cloud, startCloud } from '../src/emulator/cloud.ts'
import { buildAgentDeb } from '../test/agent/build-agent-deb.ts'
import { clients } from '../test/emulator/clients.ts'
import { makeRole } from '../test/emulator/role.ts'
import { startHosts, type TestHosts } from '../test/hosts/index.ts'
import { firstFloor, idleFloor } from './floor.ts'
import { type HostUsage, withHostUsage } from './host-usage.ts'
import type { Measured } from './measure.ts'
import { type MusterRun, musterRun } from './muster.ts'
import { installPyinfra, pyinfraRun } from './pyinfra.ts'
import { table } from './report.ts'

const TASKS = 10
const ROLE = 'muster-bench'
/** Of the runs with nothing to change: they are short, and the machine has other things to do. */
const REPETITIONS = 5
const PACKAGE = 25 * 2 ** 20

const count = Number(process.argv[2] ?? 21)
const deb = await buildAgentDeb('3.3.9999.0', PACKAGE)

/** Bare hosts and a cloud beside them, for as long as `use` takes. */
async function withHosts<T>(use: (hosts: TestHosts, cloud: Cloud) => Promise<T>): Promise<T> {
  await using hosts = await startHosts(count)
  const cloud = await startCloud({ addresses: [hosts.gateway] })
  try {
    await makeRole(clients(cloud).iam, ROLE)
    return await use(hosts, cloud)
  } finally {
    await cloud.close()
  }
}

/** The agent's configuration that leads it to the cloud. */
function configuration(cloud: Cloud): string {
  return `${JSON.stringify({ Ssm: { Endpoint: cloud.url() }, Identity: { ConsumptionOrder: ['OnPrem'] } })}\n`
}

async function floorOnBareHosts(hosts: TestHosts, cloud: Cloud): Promise<Measured & HostUsage> {
  const { ActivationId, ActivationCode } = await clients(cloud).ssm.send(
    new CreateActivationCommand({ IamRole: ROLE, RegistrationLimit: count }),
  )
  const activation = { id: ActivationId!, code: ActivationCode! }
  const measured = await withHostUsage(hosts, () =>
    firstFloor(hosts, deb.path, activation, configuration(cloud)),
  )
  if (cloud.inspect.nodes().length !== count) throw new Error('the floor did not register every host')
  return measured
}

/** The run whose time is the middle one. */
function median<T extends Measured>(runs: readonly T[]): T {
  return runs.toSorted((a, b) => a.seconds - b.seconds)[Math.floor(runs.length / 2)]!
}

/** @throws Error when a run did not do what it is measured for */
function expectChanges(run: MusterRun, changed: (count: number) => boolean, what: string): MusterRun {
  for (const [host, recap] of Object.entries(run.recap)) {
    if (host !== 'localhost' && !changed(recap.changed))
      throw new Error(`${what}: ${host} has ${recap.changed} changes`)
  }
  return run
}

async function musterOnBareHosts(hosts: TestHosts, cloud: Cloud) {
  const state = await mkdtemp(join(tmpdir(), 'muster-bench-state-'))
  const environment = { ...cloud.environment(), XDG_STATE_HOME: state, XDG_CACHE_HOME: state }
  const variables = { agent_deb: deb.path, agent_role: ROLE, agent_configuration: configuration(cloud) }
  const run = (...more: string[]) => musterRun(hosts.inventoryFile, variables, environment, more)
  const nothing = async (...more: string[]) =>
    expectChanges(await run(...more), (changes) => changes === 0, 'second run')
  try {
    const first = await withHostUsage(hosts, async () =>
      expectChanges(await run(), (changes) => changes >= TASKS, 'first run'),
    )
    const floors: (Measured & HostUsage)[] = []
    const seconds: (MusterRun & HostUsage)[] = []
    const alone: MusterRun[] = []
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      floors.push(await withHostUsage(hosts, () => idleFloor(hosts)))
      seconds.push(await withHostUsage(hosts, () => nothing()))
      alone.push(await nothing('--limit', hosts.hosts[0]!.name))
    }
    return { first, floor: median(floors), second: median(seconds), alone: median(alone) }
  } finally {
    await rm(state, { recursive: true, force: true })
  }
}

/** pyinfra on the same bare hosts, where it can be had. */
async function pyinfraOnBareHosts(hosts: TestHosts, cloud: Cloud) {
  const folder = await mkdtemp(join(tmpdir(), 'muster-bench-pyinfra-'))
  try {
    const program = await installPyinfra(join(folder, 'venv'))
    if (program === undefined) return undefined
    const { ActivationId, ActivationCode } = await clients(cloud).ssm.send(
      new CreateActivationCommand({ IamRole: ROLE, RegistrationLimit: count }),
    )
    const given = {
      id: ActivationId!,
      code: ActivationCode!,
      deb: deb.path,
      configuration: configuration(cloud),
    }
    const once = () => withHostUsage(hosts, () => pyinfraRun(program, hosts, folder, given))
    const first = await once()
    if (cloud.inspect.nodes().length !== count) throw new Error('pyinfra did not register every host')
    return { first, second: median([await once(), await once(), await once()]) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const say = (text: string) => process.stdout.write(`${text}\n`)
say(
  `bench: ${count} hosts in containers, ${TASKS} tasks, ${PACKAGE / 2 ** 20} MiB package, ${availableParallelism()} cores, Node ${process.version}`,
)
const floor = await withHosts(floorOnBareHosts)
const muster = await withHosts(musterOnBareHosts)
say(
  table({
    hosts: count,
    tasks: TASKS,
    first: { muster: muster.first, floor },
    second: { muster: muster.second, floor: muster.floor },
    alone: muster.alone,
    pyinfra: await withHosts(pyinfraOnBareHosts),
  }),
)
