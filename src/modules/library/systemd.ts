import { anyUnit, unit } from '../../probes/unit.ts'
import { failFunction } from '../../shell/failed-step.ts'
import { lines, sh } from '../../shell/sh.ts'
import { mapText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { defineModule, look } from '../module.ts'
import type { Text } from '../parameters.ts'
import { enablementIsElsewhere, enablementProbe, loadProblem, unitState } from '../systemd/unit-state.ts'
import { touchedBySteps, unitFailure, unitSteps } from '../systemd/unit-steps.ts'

export default defineModule({
  name: 'systemd',
  aliases: ['systemd_service'],
  runsOn: 'host',
  documentation: {
    summary: 'Starts, stops, enables and masks units of systemd.',
    notes: [
      '`restarted` and `reloaded` are changed on every run: they belong into handlers.',
      '`daemon_reload` happens where systemd says that it is needed, so that a host with nothing to do costs nothing; it also happens unasked before a unit is started whose file has changed.',
      'In check mode a unit that is not there counts as one that an earlier task will bring.',
    ],
    examples: `
- name: collector runs, now and after a boot
  systemd: { name: prometheus, state: started, enabled: true, daemon_reload: true }
`,
    returns: {
      'name, state, enabled': 'as the task names them; restarted and reloaded give the state started',
      status: "every property of the unit before the task, as text (systemd's names)",
    },
  },
  spec: {
    parameters: {
      name: { type: 'str', aliases: ['service', 'unit'], doc: 'The unit; `.service` may be left out.' },
      state: {
        type: 'str',
        choices: ['started', 'stopped', 'restarted', 'reloaded'],
        doc: 'Running or not; restarted and reloaded act always.',
      },
      enabled: { type: 'bool', doc: 'Started when the host boots.' },
      masked: { type: 'bool', doc: 'Made impossible to start.' },
      daemon_reload: {
        type: 'bool',
        default: false,
        aliases: ['daemon-reload'],
        doc: 'Let systemd read unit files anew where it has to.',
      },
      daemon_reexec: {
        type: 'bool',
        default: false,
        aliases: ['daemon-reexec'],
        doc: 'Let systemd start itself anew.',
      },
      no_block: { type: 'bool', default: false, doc: 'Do not wait for the unit.' },
      force: {
        type: 'bool',
        default: false,
        doc: 'Replace links that are in the way when enabling or masking.',
      },
      scope: { type: 'str', choices: ['system', 'user', 'global'], default: 'system', doc: 'Whose units.' },
    },
    requiredBy: { state: ['name'], enabled: ['name'], masked: ['name'] },
  },

  observe: ({ name, scope }) => ({
    // A pattern is refused below, and would mix up the answers on other units.
    unit: name === undefined || isPattern(name) ? anyUnit(scope) : unit(name, scope),
  }),

  async *converge(params, { unit: seen }, context) {
    const { name } = params
    if (name !== undefined && isPattern(name))
      throw new TaskFailure(
        `This module does not currently support using glob patterns, found '${mapText(name, (text) => PATTERN.exec(text)![0])}' in service name: ${name}`,
        { hint: 'name one unit, or use loop' },
      )
    if (!seen.running)
      throw new TaskFailure(`systemd does not answer on the host: ${seen.complaint}`, {
        hint: 'the systemd module needs a host that runs systemd (and for scope: user, a session of that user)',
      })
    const elsewhere = name !== undefined && params.enabled !== undefined && enablementIsElsewhere(name, seen)
    const more = elsewhere
      ? yield* look(`ask whether ${name} is enabled`, { enablement: enablementProbe(name, params.scope) })
      : undefined
    const state = unitState(seen, more?.enablement)
    // What is not there is not masked, and may be masked: only these ask for the unit itself.
    const acts = params.state !== undefined || params.enabled !== undefined
    const problem = name === undefined ? null : loadProblem(name, state, acts)
    if (problem !== null && !(context.check && problem.missing)) throw problem.failure
    const result: Record<string, Value> = {
      ...(name === undefined ? {} : { name }),
      ...(params.state === undefined ? {} : { state: params.state === 'stopped' ? 'stopped' : 'started' }),
      ...(params.enabled === undefined ? {} : { enabled: params.enabled }),
      status: new Map<string, Value>(state.properties),
    }
    const steps = unitSteps(params, name, state)
    if (steps.length === 0) return { result }
    const changes = steps.some((step) => step.changes)
    const touches = touchedBySteps(steps)
    const output = yield {
      kind: 'run',
      says: `${steps.map((step) => step.says).join(', ')}${problem === null ? '' : ` (${name} must exist by then)`}`,
      ...(changes ? {} : { silent: true }),
      predicted: result,
      ...(touches === undefined ? {} : { touches }),
      // What starts is systemd's child, not systemctl's.
      contained: true,
      script: lines([failFunction(), ...steps.map((step) => sh`${step.script} || m_fail ${step.key}`)]),
    }
    if (output.rc !== 0) throw unitFailure(name ?? '', steps, output)
    return { result }
  },
})

const PATTERN = /[*?[]/

function isPattern(name: Text): boolean {
  return textMatches(name, PATTERN)
}
