import type { Meter } from '@opentelemetry/api'
import type { RunEvent } from '../../run/record/events.ts'
import { COUNTERS } from '../recap.ts'

/** Counts a run that has ended: hosts by how they fared, tasks by how they ended, how long it took, what it cost. */
export function countRun(meter: Meter, event: RunEvent & { readonly type: 'run-ended' }): void {
  const { recap, cost, seconds, exitCode } = event
  const hosts = meter.createCounter('muster.run.hosts', {
    unit: '{host}',
    description: 'Hosts of a run, by how they fared.',
  })
  for (const counts of recap.values()) {
    const state =
      counts.unreachable > 0
        ? 'unreachable'
        : counts.failed > 0
          ? 'failed'
          : counts.changed > 0
            ? 'changed'
            : 'ok'
    hosts.add(1, { state })
  }
  const tasks = meter.createCounter('muster.run.tasks', {
    unit: '{task}',
    description: 'Tasks on all hosts, in the words of the recap (ok includes changed and ignored).',
  })
  for (const counter of COUNTERS) {
    const sum = [...recap.values()].reduce((total, counts) => total + counts[counter], 0)
    if (sum > 0) tasks.add(sum, { state: counter })
  }
  meter
    .createGauge('muster.run.duration', { unit: 's', description: 'How long the run took.' })
    .record(seconds, { exit_code: exitCode })
  meter
    .createCounter('muster.run.requests', { unit: '{request}', description: 'Requests to all hosts.' })
    .add(cost.requests)
  const bytes = meter.createCounter('muster.run.network', { unit: 'By', description: 'Bytes on the wire.' })
  bytes.add(cost.bytesSent, { direction: 'transmit' })
  bytes.add(cost.bytesReceived, { direction: 'receive' })
}
