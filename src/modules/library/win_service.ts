import { powerShellFailure } from '../../probes/windows/rows.ts'
import { windowsService } from '../../probes/windows/service.ts'
import { ps, psLines } from '../../shell/powershell/ps.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Dict, Value } from '../../values/value.ts'
import { defineModule, look } from '../module.ts'
import type { ParameterSpec, ParametersOf } from '../parameters.ts'
import {
  createService,
  type FailureAction,
  type KnownService,
  newService,
  type ServiceWish,
  serviceChanges,
} from '../windows/service-wish.ts'

const spec = {
  parameters: {
    name: { type: 'str', required: true, doc: 'Name of the service, or its display name.' },
    path: {
      type: 'str',
      doc: 'Command line of its program; makes the service where it is missing. Put a path with blanks in quotes.',
    },
    state: {
      type: 'str',
      choices: ['started', 'stopped', 'restarted', 'paused', 'absent'],
      doc: 'restarted is a change always; absent stops and removes it.',
    },
    start_mode: {
      type: 'str',
      choices: ['auto', 'delayed', 'manual', 'disabled'],
      doc: 'When it starts by itself.',
    },
    username: {
      type: 'str',
      doc: 'Account that it runs as, one that needs no password: LocalSystem, LocalService, NetworkService, `NT SERVICE\\name`, `DOMAIN\\name$`.',
    },
    display_name: { type: 'str', doc: 'Name for people.' },
    description: { type: 'str', doc: 'What it is for.' },
    dependencies: { type: 'list', elements: 'str', doc: 'Services that have to run before it; all of them.' },
    failure_actions: {
      type: 'list',
      elements: 'dict',
      doc: 'What happens when it ends by itself: `type` (none, restart, reboot) and `delay_ms`.',
    },
    failure_actions_on_non_crash_failure: { type: 'bool', doc: 'Also when it stops with an error.' },
    failure_reset_period_sec: {
      type: 'int',
      doc: 'Seconds without a failure after which the count begins anew (86400).',
    },
    sid_info: {
      type: 'str',
      choices: ['none', 'restricted', 'unrestricted'],
      doc: 'Whether its own SID is in its token.',
    },
    force_dependent_services: {
      type: 'bool',
      default: false,
      doc: 'Stop the services that depend on it too.',
    },
  },
} as const satisfies ParameterSpec

export default defineModule({
  name: 'win_service',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Makes, configures, starts, stops and removes services of a Windows host.',
    notes: [
      'Everything is changed by the service manager, so that it is true at once. Accounts with a password are refused.',
    ],
    examples: `
- name: the agent runs
  win_service: { name: AmazonSSMAgent, start_mode: auto, state: started }
- name: a collector of its own
  win_service:
    name: prometheus
    path: '"C:\\Program Files\\Prometheus\\prometheus.exe" --agent --config.file=C:\\ProgramData\\muster\\prometheus.yml'
    username: NT SERVICE\\prometheus
    failure_actions: [{ type: restart, delay_ms: 60000 }]
    state: started
`,
    returns: {
      'exists, name, display_name, description': 'of the service',
      'state, start_mode, path, username': 'of the service',
      'dependencies, depended_by': 'names of services',
    },
  },
  spec,
  observe: ({ name }) => ({ service: windowsService(name) }),
  async *converge(params, { service }) {
    const wish = wishOf(params)
    if (params.state === 'absent') {
      if (!service.exists) return { result: { exists: false, name: service.name } }
      const says = `remove the service ${service.name}`
      const output = yield {
        kind: 'run',
        says,
        touches: ['units'],
        predicted: { exists: false },
        script: ps`${stopScript(service.name, service.dependents, true)}
$null=m_sc ${`delete "${service.name}"`} @(0,1072)`,
      }
      if (output.rc !== 0) throw powerShellFailure(output, says)
      return { result: { exists: false, name: service.name } }
    }
    const scripts = []
    const says: string[] = []
    let base: KnownService = service
    const wanted = { ...wish, name: service.exists ? service.name : params.name }
    if (!service.exists) {
      const nothingWanted = Object.entries(wish).every(
        ([key, value]) => key === 'name' || value === undefined,
      )
      if (nothingWanted && params.state === undefined)
        return { result: { exists: false, name: service.name } }
      scripts.push(createService(wanted))
      says.push(`make the service ${params.name}`)
      base = newService(wanted)
    }
    for (const { what, script } of serviceChanges(wanted, base)) {
      scripts.push(script)
      says.push(`${what} of ${service.name}`)
    }
    const running = base.state === 'running'
    if (params.state === 'stopped' && base.state !== 'stopped') {
      if (service.dependents.length > 0 && !params.force_dependent_services)
        throw new TaskFailure(
          `${service.name} cannot be stopped: ${service.dependents.join(', ')} depend on it`,
          {
            hint: 'force_dependent_services stops them too',
          },
        )
      scripts.push(stopScript(service.name, service.dependents, params.force_dependent_services))
      says.push(`stop ${service.name}`)
    }
    if (params.state === 'started' && !running) {
      scripts.push(ps`m_state ${service.name} 'Running'`)
      says.push(`start ${service.name}`)
    }
    if (params.state === 'restarted') {
      scripts.push(
        stopScript(service.name, service.dependents, params.force_dependent_services),
        ps`m_state ${service.name} 'Running'`,
      )
      says.push(`restart ${service.name}`)
    }
    if (params.state === 'paused' && base.state !== 'paused') {
      scripts.push(ps`m_state ${service.name} 'Paused'`)
      says.push(`pause ${service.name}`)
    }
    if (scripts.length === 0) return { result: resultOf(service) }
    const output = yield {
      kind: 'run',
      says: says.join(', '),
      touches: ['units', 'files'],
      predicted: resultOf(base),
      script: psLines(scripts),
    }
    if (output.rc !== 0)
      throw powerShellFailure(output, says.join(', '), 'its own log, or the System log of the host, says why')
    const { now } = yield* look(`look at ${service.name}`, { now: windowsService(service.name) })
    return { result: resultOf(now) }
  },
})

function wishOf(params: ParametersOf<typeof spec>): ServiceWish {
  return {
    name: params.name,
    path: params.path,
    displayName: params.display_name,
    description: params.description,
    startMode: params.start_mode,
    account: params.username,
    dependencies: params.dependencies,
    failureActions: params.failure_actions?.map(actionOf),
    failureReset: params.failure_reset_period_sec,
    failureFlag: params.failure_actions_on_non_crash_failure,
    sidType: params.sid_info,
  }
}

function actionOf(action: Dict): FailureAction {
  const type = action.get('type')
  const delay = Number(action.get('delay_ms') ?? 0)
  if (type !== 'none' && type !== 'restart' && type !== 'reboot')
    throw new TaskFailure(`a failure action is none, restart or reboot, not ${JSON.stringify(type ?? null)}`)
  if (!Number.isInteger(delay) || delay < 0)
    throw new TaskFailure('delay_ms is a whole number of milliseconds')
  const other = [...action.keys()].find((key) => key !== 'type' && key !== 'delay_ms')
  if (other !== undefined)
    throw new TaskFailure(`a failure action has no ${String(other)}: it has type and delay_ms`)
  return { type, delay }
}

function stopScript(name: string, dependents: readonly string[], force: boolean) {
  return psLines([...(force ? dependents : []), name].map((one) => ps`m_state ${one} 'Stopped'`))
}

function resultOf(service: KnownService): Record<string, Value> {
  return {
    exists: service.exists,
    name: service.name,
    display_name: service.displayName,
    description: service.description,
    state: service.state === 'running' ? 'running' : service.state,
    start_mode: service.startMode,
    path: service.path,
    username: service.account,
    dependencies: [...service.dependencies],
    depended_by: [...service.dependents],
  }
}
