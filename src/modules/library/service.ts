import { unit } from '../../probes/unit.ts'
import { madeFrom, revealText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'
import { convergeInit, type InitParameters, initProbe } from '../services/init-scripts.ts'
import systemd from './systemd.ts'

export default defineModule({
  name: 'service',
  runsOn: 'host',
  documentation: {
    summary: 'Starts, stops and enables services, by systemd or by what else the host has.',
    notes: [
      'sleep, pattern, arguments and runlevel are for hosts with init scripts or OpenRC; systemd has no use for them, in Ansible either.',
      '`restarted` and `reloaded` are changed on every run: they belong into handlers.',
    ],
    examples: `
- name: the agent, now and after a boot
  service: { name: amazon-ssm-agent, state: started, enabled: true }
`,
    returns: {
      'name, state, enabled': 'as the task names them; restarted and reloaded give the state started',
      status: 'with systemd: every property of the unit before the task',
    },
  },
  spec: {
    parameters: {
      name: { type: 'str', required: true, doc: 'The service.' },
      state: {
        type: 'str',
        choices: ['started', 'stopped', 'restarted', 'reloaded'],
        doc: 'Running or not; restarted and reloaded act always.',
      },
      enabled: { type: 'bool', doc: 'Started when the host boots.' },
      use: {
        type: 'str',
        choices: ['auto', 'systemd', 'service', 'sysvinit', 'openrc'],
        default: 'auto',
        doc: 'What manages services; auto takes systemd where it runs.',
      },
      sleep: { type: 'int', doc: 'Seconds between stop and start of a restart.' },
      pattern: {
        type: 'str',
        doc: 'Text in the list of processes that shows that it runs, where its script cannot tell.',
      },
      arguments: { type: 'str', default: '', aliases: ['args'], doc: 'Further words for its script.' },
      runlevel: { type: 'str', default: 'default', doc: 'Runlevel of OpenRC.' },
    },
    requiredOneOf: [['state', 'enabled']],
  },

  observe(params) {
    const { name } = params
    if (textMatches(name, /[*?[]/)) return { unit: undefined, init: undefined }
    return {
      unit: ['auto', 'systemd'].includes(params.use) ? unit(name) : undefined,
      init: params.use === 'systemd' ? undefined : initProbe(initParameters(params)),
    }
  },

  async *converge(params, { unit: seen, init }, context) {
    if (seen !== undefined && (seen.running || params.use === 'systemd')) {
      const { name, state, enabled } = params
      const rest = { masked: undefined, daemon_reload: false, daemon_reexec: false, no_block: false }
      return yield* systemd.converge(
        { name, state, enabled, ...rest, force: false, scope: 'system' },
        { unit: seen },
        context,
      )
    }
    if (init === undefined)
      throw new TaskFailure(`'${params.name}' is a pattern, and a service has a name`, {
        hint: 'name one, or use loop',
      })
    return yield* convergeInit(initParameters(params), init)
  },
})

function initParameters(params: {
  readonly name: InitParameters['name']
  readonly state: InitParameters['state']
  readonly enabled: boolean | undefined
  readonly sleep: number | undefined
  readonly pattern: InitParameters['name'] | undefined
  readonly arguments: InitParameters['name']
  readonly runlevel: InitParameters['name']
}): InitParameters {
  return {
    name: params.name,
    state: params.state,
    enabled: params.enabled,
    sleep: params.sleep ?? 1,
    pattern: params.pattern,
    words: revealText(params.arguments)
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word) => madeFrom(word, [params.arguments])),
    runlevel: params.runlevel,
  }
}
