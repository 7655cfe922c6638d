import type { HostUsage } from './host-usage.ts'
import type { Measured } from './measure.ts'
import type { MusterRun } from './muster.ts'

/** What the bench found, ready to be printed. */
export interface Figures {
  readonly hosts: number
  /** Tasks on each host. */
  readonly tasks: number
  readonly first: { readonly muster: MusterRun & HostUsage; readonly floor: Measured & HostUsage }
  /** Nothing to change; the medians of several runs. */
  readonly second: { readonly muster: MusterRun & HostUsage; readonly floor: Measured & HostUsage }
  /** The second run with one host, to tell the cost of a host from that of the program. */
  readonly alone: MusterRun
  /** Undefined where it could not be had. */
  readonly pyinfra:
    | { readonly first: Measured & HostUsage; readonly second: Measured & HostUsage }
    | undefined
}

/** One line of the table; `budget` is what DESIGN.md allows. */
type Row = readonly [what: string, measured: string, floor: string, ratio: string, budget: string]

const fixed = (value: number, digits: number) => value.toFixed(digits)

function timeRow(
  what: string,
  { muster, floor }: { readonly muster: Measured; readonly floor: Measured },
  budget: number,
): Row {
  const ratio = muster.seconds / floor.seconds
  const verdict = ratio <= budget ? '' : '  over'
  return [
    what,
    `${fixed(muster.seconds, 2)} s`,
    `${fixed(floor.seconds, 2)} s`,
    fixed(ratio, 2),
    `${fixed(budget, 2)}${verdict}`,
  ]
}

/** What a run cost each host, beside what the floor did. */
function hostRow(
  what: string,
  { muster, floor }: { readonly muster: HostUsage; readonly floor: HostUsage },
  of: (usage: HostUsage) => number,
  unit: string,
  budget?: number,
): Row {
  const verdict = budget !== undefined && of(muster) > budget ? '  over' : ''
  return [
    what,
    `${fixed(of(muster), 0)}${unit}`,
    `${fixed(of(floor), 0)}${unit}`,
    fixed(of(muster) / of(floor), 2),
    budget === undefined ? '' : `${budget}${unit}${verdict}`,
  ]
}

/** A cost of a run without a floor to compare it with. */
function costRow(what: string, value: number, unit: string, digits: number, budget?: number): Row {
  const verdict = budget !== undefined && value > budget ? '  over' : ''
  return [
    what,
    `${fixed(value, digits)}${unit}`,
    '',
    '',
    budget === undefined ? '' : `${budget}${unit}${verdict}`,
  ]
}

/** How many times longer pyinfra takes; at least twice on a first run, ten times with nothing to change (DESIGN.md). */
function pyinfraRows({ pyinfra, first, second }: Figures): Row[] {
  if (pyinfra === undefined) return [['pyinfra is not in reach', '', '', '', '']]
  const row = (what: string, muster: Measured, peer: Measured, budget: number): Row => {
    const times = peer.seconds / muster.seconds
    const verdict = times < budget ? '  below' : ''
    return [what, `${fixed(peer.seconds, 2)} s`, '', `${fixed(times, 1)} x`, `${budget} x${verdict}`]
  }
  const processes = (what: string, { processes: started }: HostUsage): Row => [
    what,
    String(started.length),
    '',
    '',
    '',
  ]
  return [
    row('pyinfra, first run', first.muster, pyinfra.first, 2),
    row('pyinfra, second run', second.muster, pyinfra.second, 10),
    processes('pyinfra, processes on a host, first run', pyinfra.first),
    processes('pyinfra, processes on a host, second run', pyinfra.second),
  ]
}

/** The figures as a table of plain text. */
export function table(figures: Figures): string {
  const { hosts, tasks, first, second, alone } = figures
  const perHost = (value: number) => value / hosts
  const kilobytes = ({ cost }: MusterRun) => perHost(cost.bytesSent + cost.bytesReceived) / 1024
  const others = hosts - 1
  const rows: Row[] = [
    ['', 'muster', 'floor', 'ratio', 'budget'],
    timeRow('first run', first, 1.5),
    timeRow('second run, nothing to change', second, 1.5),
    [
      'CPU, first run',
      `${fixed(first.muster.cpu, 2)} s`,
      `${fixed(first.floor.cpu, 2)} s`,
      fixed(first.muster.cpu / first.floor.cpu, 2),
      '',
    ],
    [
      'CPU, second run',
      `${fixed(second.muster.cpu, 2)} s`,
      `${fixed(second.floor.cpu, 2)} s`,
      fixed(second.muster.cpu / second.floor.cpu, 2),
      '',
    ],
    costRow(
      'CPU a further host and task, second run',
      (1000 * (second.muster.cpu - alone.cpu)) / (others * tasks),
      ' ms',
      2,
      2,
    ),
    hostRow('CPU of a host, first run', first, ({ hostCpu }) => 1000 * hostCpu, ' ms'),
    hostRow('CPU of a host, second run', second, ({ hostCpu }) => 1000 * hostCpu, ' ms'),
    hostRow('processes on a host, first run', first, ({ processes }) => processes.length, '', 260),
    hostRow('processes on a host, second run', second, ({ processes }) => processes.length, '', 22),
    costRow('handshakes a host, first run', perHost(first.muster.cost.handshakes), '', 2),
    costRow('handshakes a host, second run', perHost(second.muster.cost.handshakes), '', 2),
    costRow('requests a host, first run', perHost(first.muster.cost.requests), '', 2),
    costRow('requests a host, second run', perHost(second.muster.cost.requests), '', 2, 1),
    costRow('channels a host, second run', perHost(second.muster.cost.channels), '', 2),
    costRow('bytes a host, first run', kilobytes(first.muster), ' KiB', 1),
    costRow('bytes a host, second run', kilobytes(second.muster), ' KiB', 1),
    costRow('peak memory, first run', first.muster.memory ?? 0, ' MiB', 0),
    costRow('peak memory, second run', second.muster.memory ?? 0, ' MiB', 0, 90),
    costRow(
      'memory a further host, second run',
      ((second.muster.memory ?? 0) - (alone.memory ?? 0)) / others,
      ' MiB',
      2,
      1.5,
    ),
  ]
  rows.push(...pyinfraRows(figures))
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
