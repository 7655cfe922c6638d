import { failedStep } from '../../shell/failed-step.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import { collectorProbes, collectorsOf } from '../collectors/collector-state.ts'
import { departureDiff, departures } from '../collectors/decide.ts'
import { KNOWN_COLLECTORS } from '../collectors/known.ts'
import { stopScript } from '../collectors/stop-script.ts'
import { defineModule } from '../module.ts'

export default defineModule({
  name: 'collector',
  runsOn: 'host',
  documentation: {
    summary: 'Makes way for the one collector that a host shall have: the others are stopped, or removed.',
    notes: [
      'Two collectors on a host send the same series twice, and AMP refuses the second as out of order; some also listen on the same port. So this task stands before those that set up the wanted one.',
      'It knows the collectors of the playbooks: how their services, packages, files, ports and users are called. Exporters stay, since any collector reads them, unless `name` is none.',
      'A stopped collector keeps its configuration and its data: its own playbook starts it again.',
      'Labels are variables (`external_labels`), and every playbook sets `host` and `instance_id` the same way, so that the series go on under the collector that follows.',
      "A collector that muster did not set up is never removed. The file that says so is the unit, or the unit's drop-in, with muster's name in it.",
    ],
    examples: `
- name: no other collector
  collector:
    name: otelcol-contrib
    former: "{{ former_collector | default('stopped') }}"

- name: no collector at all
  collector:
    name: none
    former: removed
`,
    returns: {
      stopped: 'names of the collectors that were stopped and disabled',
      removed: 'names of those that were removed',
    },
  },
  spec: {
    parameters: {
      name: {
        type: 'str',
        required: true,
        choices: [...KNOWN_COLLECTORS.filter(({ sends }) => sends).map(({ name }) => name), 'none'],
        doc: 'The collector that the host shall have. The task does not set it up.',
      },
      former: {
        type: 'str',
        choices: ['stopped', 'removed'],
        default: 'stopped',
        doc: 'What becomes of the others: stopped and disabled, or removed with their packages, files, data and users.',
      },
      foreign: {
        type: 'str',
        choices: ['refused', 'stopped', 'kept'],
        default: 'refused',
        doc: 'What becomes of a collector that runs and was not set up by muster.',
      },
    },
  },
  observe: () => collectorProbes(),
  async *converge(params, answers) {
    const state = collectorsOf(answers)
    const wish = { name: params.name, former: params.former, foreign: params.foreign }
    const gone = departures(wish, state)
    const names = (removed: boolean) =>
      gone.filter(({ remove }) => remove === removed).map(({ state: { known } }) => known.name)
    const result = { stopped: names(false), removed: names(true) }
    if (gone.length === 0) return { result }
    const output = yield {
      kind: 'run',
      says: [
        ...(result.stopped.length > 0 ? [`stop and disable ${result.stopped.join(', ')}`] : []),
        ...(result.removed.length > 0 ? [`remove ${result.removed.join(', ')}`] : []),
      ].join('; '),
      diff: [departureDiff(wish, gone)],
      predicted: result,
      contained: true,
      script: stopScript(gone),
    }
    if (output.rc !== 0) {
      const step = displayText(failedStep(output.stdout)?.step ?? '')
      throw hostFailure(`cannot ${step || 'stop the former collector'}`, output, {
        hint: 'run muster again when the cause is gone: it goes on where this stopped',
      })
    }
    return { result }
  },
})
