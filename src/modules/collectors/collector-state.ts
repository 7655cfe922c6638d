import { listening } from '../../probes/listening.ts'
import { mention } from '../../probes/mention.ts'
import { managedPackage } from '../../probes/package.ts'
import type { AnswersOf } from '../../probes/probe.ts'
import { isRunning, unitSummary } from '../../probes/unit-summary.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { KNOWN_COLLECTORS, type KnownCollector, MARK } from './known.ts'

/** What of a known collector is on a host. */
export interface CollectorState {
  readonly known: KnownCollector
  /** Units that run, or are about to. */
  readonly active: readonly string[]
  /** Units that start when the host boots. */
  readonly enabled: readonly string[]
  /** Its package, or one of its units, is there. */
  readonly installed: boolean
  /** muster set it up. */
  readonly ours: boolean
}

/** The known collectors of a host, in the table's order, and the TCP ports of theirs that somebody listens on. */
export interface CollectorsState {
  readonly collectors: readonly CollectorState[]
  readonly listening: ReadonlySet<number>
}

const UNITS = KNOWN_COLLECTORS.flatMap(({ units }) => units)
const PACKAGES = KNOWN_COLLECTORS.flatMap(({ packages }) => packages)
const PORTS = [...new Set(KNOWN_COLLECTORS.flatMap(({ ports }) => ports))]

/** The look for all known collectors at once; {@link collectorsOf} reads the answers. */
export function collectorProbes() {
  return {
    units: UNITS.map(unitSummary),
    packages: PACKAGES.map(managedPackage),
    marks: KNOWN_COLLECTORS.map(({ mark }) => mention(mark, MARK)),
    ports: PORTS.map(listening),
  }
}

/** @throws TaskFailure when systemd does not answer */
export function collectorsOf({
  units,
  packages,
  marks,
  ports,
}: AnswersOf<ReturnType<typeof collectorProbes>>): CollectorsState {
  const complaint = units.find((unit) => unit.complaint !== null)?.complaint
  if (complaint !== undefined)
    throw new TaskFailure(`systemd does not answer on the host: ${complaint}`, {
      hint: 'collectors run as services of systemd',
    })
  const unitOf = new Map(UNITS.map((name, at) => [name, units[at]]))
  const installed = new Set(PACKAGES.filter((_, at) => packages[at]?.status === 'installed'))
  const chosen = (known: KnownCollector, is: (unit: NonNullable<(typeof units)[number]>) => boolean) =>
    known.units.filter((name) => {
      const unit = unitOf.get(name)
      return unit !== undefined && is(unit)
    })
  return {
    collectors: KNOWN_COLLECTORS.map((known, at) => ({
      known,
      active: chosen(known, isRunning),
      enabled: chosen(known, ({ enabled }) => enabled === 'enabled' || enabled === 'enabled-runtime'),
      installed:
        known.packages.some((name) => installed.has(name)) ||
        chosen(known, ({ load }) => load === 'loaded').length > 0,
      ours: marks[at] === true,
    })),
    listening: new Set(PORTS.filter((_, at) => ports[at])),
  }
}
