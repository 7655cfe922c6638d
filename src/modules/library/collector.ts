import { powerShellFailure } from '../../probes/windows/rows.ts'
import { failedStep } from '../../shell/failed-step.ts'
import { PowerShellText } from '../../shell/powershell/ps.ts'
import type { ShellText } from '../../shell/sh.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import { collectorProbes, collectorsOf, collectorsOnWindows } from '../collectors/collector-state.ts'
import { departureDiff, departures, type HostOutcome, type Wish } from '../collectors/decide.ts'
import { KNOWN_COLLECTORS } from '../collectors/known.ts'
import { COLLECTORS_ON_WINDOWS } from '../collectors/known-on-windows.ts'
import { stopOnWindows } from '../collectors/stop-on-windows.ts'
import { stopScript } from '../collectors/stop-script.ts'
import { type Action, type ActionResult, defineModule, type Outcome } from '../module.ts'

export default defineModule({
  name: 'collector',
  runsOn: 'host',
  platforms: ['posix', 'windows'],
  documentation: {
    summary: 'Makes way for the one collector that a host shall have: the others are stopped, or removed.',
    notes: [
      'Two collectors on a host send the same series twice, and AMP refuses the second as out of order; some also listen on the same port. So this task stands before those that set up the wanted one.',
      'It knows the collectors of the playbooks: how their services, packages, files, ports and users are called. Exporters stay, since any collector reads them, unless `name` is none.',
      'A stopped collector keeps its configuration and its data: its own playbook starts it again.',
      'Labels are variables (`external_labels`), and every playbook sets `host` and `instance_id` the same way, so that the series go on under the collector that follows.',
      'On Windows services, their set-up programs and the folders below C:\\ProgramData\\muster are meant. The CloudWatch agent, which muster only configures there, keeps its program and service.',
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
    const wish = { name: params.name, former: params.former, foreign: params.foreign }
    if (answers.platform === 'windows') {
      if (
        wish.name !== 'none' &&
        !COLLECTORS_ON_WINDOWS.some(({ name, sends }) => sends && name === wish.name)
      )
        throw new TaskFailure(`muster sets up no ${wish.name} on Windows hosts`, {
          hint: `there it knows ${COLLECTORS_ON_WINDOWS.filter(({ sends }) => sends)
            .map(({ name }) => name)
            .join(', ')}`,
        })
      const gone = departures(wish, collectorsOnWindows(answers))
      return yield* depart(wish, gone, () => stopOnWindows(gone))
    }
    const gone = departures(wish, collectorsOf(answers))
    return yield* depart(wish, gone, () => stopScript(gone))
  },
})

const GO_ON = 'run muster again when the cause is gone: it goes on where this stopped'

async function* depart(
  wish: Wish,
  gone: readonly HostOutcome[],
  script: () => ShellText | PowerShellText,
): AsyncGenerator<Action, Outcome, ActionResult> {
  const names = (removed: boolean) =>
    gone.filter(({ remove }) => remove === removed).map(({ state: { known } }) => known.name)
  const result = { stopped: names(false), removed: names(true) }
  if (gone.length === 0) return { result }
  const text = script()
  const output = yield {
    kind: 'run',
    says: [
      ...(result.stopped.length > 0 ? [`stop and disable ${result.stopped.join(', ')}`] : []),
      ...(result.removed.length > 0 ? [`remove ${result.removed.join(', ')}`] : []),
    ].join('; '),
    diff: [departureDiff(wish, gone)],
    predicted: result,
    contained: true,
    script: text,
  }
  if (output.rc !== 0) {
    if (text instanceof PowerShellText)
      throw powerShellFailure(output, 'cannot stop the former collector', GO_ON)
    const step = displayText(failedStep(output.stdout)?.step ?? '')
    throw hostFailure(`cannot ${step || 'stop the former collector'}`, output, {
      hint: GO_ON,
    })
  }
  return { result }
}
