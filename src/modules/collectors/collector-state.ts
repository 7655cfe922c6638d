import { listening } from '../../probes/listening.ts'
import { mention } from '../../probes/mention.ts'
import { managedPackage } from '../../probes/package.ts'
import { platform } from '../../probes/platform.ts'
import type { AnswersOf } from '../../probes/probe.ts'
import { isRunning, unitSummary } from '../../probes/unit-summary.ts'
import { type InstalledProgram, installedPrograms } from '../../probes/windows/programs.ts'
import { windowsService } from '../../probes/windows/service.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { findProgram } from '../windows/installer.ts'
import { KNOWN_COLLECTORS, type Known, type KnownCollector, MARK } from './known.ts'
import { COLLECTORS_ON_WINDOWS, type KnownOnWindows } from './known-on-windows.ts'

/** What of a known collector is on a host. */
export interface CollectorState<K extends Known = Known> {
  readonly known: K
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
export interface CollectorsState<K extends Known = Known> {
  readonly collectors: readonly CollectorState<K>[]
  readonly listening: ReadonlySet<number>
}

/** A collector of a Windows host, with those of its programs that are installed. */
export interface WindowsCollectorState extends CollectorState<KnownOnWindows> {
  readonly programs: readonly InstalledProgram[]
  /** Its services that are there, whether or not they run. */
  readonly services: readonly string[]
}

const UNITS = KNOWN_COLLECTORS.flatMap(({ units }) => units)
const PACKAGES = KNOWN_COLLECTORS.flatMap(({ packages }) => packages)
const SERVICES = COLLECTORS_ON_WINDOWS.flatMap(({ units }) => units)
const PORTS = [...new Set([...KNOWN_COLLECTORS, ...COLLECTORS_ON_WINDOWS].flatMap(({ ports }) => ports))]

/**
 * The look for all known collectors at once, of whichever kind of host: what the other kind has is answered without
 * asking. {@link collectorsOf} and {@link collectorsOnWindows} read the answers.
 */
export function collectorProbes() {
  return {
    platform: platform(),
    units: UNITS.map(unitSummary),
    packages: PACKAGES.map(managedPackage),
    marks: KNOWN_COLLECTORS.map(({ mark }) => mention(mark, MARK)),
    ports: PORTS.map(listening),
    services: SERVICES.map(windowsService),
    programs: installedPrograms(),
    windowsMarks: COLLECTORS_ON_WINDOWS.map(({ mark }) => mention(mark, MARK)),
  }
}

type CollectorAnswers = AnswersOf<ReturnType<typeof collectorProbes>>

/** Of a POSIX host. @throws TaskFailure when systemd does not answer */
export function collectorsOf({
  units,
  packages,
  marks,
  ports,
}: CollectorAnswers): CollectorsState<KnownCollector> {
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
    listening: listeningOf(ports),
  }
}

/** Of a Windows host. */
export function collectorsOnWindows({ services, programs, windowsMarks, ports }: CollectorAnswers): {
  readonly collectors: readonly WindowsCollectorState[]
  readonly listening: ReadonlySet<number>
} {
  const serviceOf = new Map(SERVICES.map((name, at) => [name, services[at]]))
  return {
    collectors: COLLECTORS_ON_WINDOWS.map((known, at) => {
      const found = known.units.flatMap((name) => {
        const service = serviceOf.get(name)
        return service?.exists === true ? [service] : []
      })
      const installed = known.programs.flatMap((name) => findProgram(programs, name) ?? [])
      return {
        known,
        active: found.filter(({ state }) => state !== 'stopped').map(({ name }) => name),
        enabled: found
          .filter(({ startMode }) => startMode === 'auto' || startMode === 'delayed')
          .map(({ name }) => name),
        installed: found.length > 0 || installed.length > 0,
        ours: windowsMarks[at] === true,
        programs: [...new Set(installed)],
        services: found.map(({ name }) => name),
      }
    }),
    listening: listeningOf(ports),
  }
}

function listeningOf(ports: readonly boolean[]): ReadonlySet<number> {
  return new Set(PORTS.filter((_, at) => ports[at]))
}
