import { readFields } from '../../probes/fields.ts'
import { readProperties } from '../../probes/unit.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import { displayText } from '../../values/visible.ts'
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
const MARKS = KNOWN_COLLECTORS.map(({ mark }) => mark)
const PORTS = new Set(KNOWN_COLLECTORS.flatMap(({ ports }) => ports))
const PROPERTIES = ['Id', 'LoadState', 'ActiveState', 'UnitFileState'].flatMap((name) => ['-p', name])

/** Looks for all known collectors at once: one call of systemctl, one of the package manager, the kernel's tables. */
export const OBSERVE_COLLECTORS: ShellText = lines([
  sh`command -v systemctl >/dev/null 2>&1 || { printf 'systemd\0systemctl is not there\0'; exit 0; }
m_o=$(LC_ALL=C systemctl show ${PROPERTIES} -- ${UNITS} 2>&1) || { printf 'systemd\0%s\0' "$m_o"; exit 0; }
printf 'units\0%s\0' "$m_o"`,
  sh`if command -v dpkg-query >/dev/null 2>&1; then
  m_o=$(dpkg-query -W -f '\${Package} \${db:Status-Status}\n' -- ${PACKAGES} 2>/dev/null)
else
  m_o=$(rpm -q --qf '%{NAME} installed\n' -- ${PACKAGES} 2>/dev/null)
fi
printf 'packages\0%s\0' "$m_o"`,
  sh`printf 'marks\0%s\0' "$(grep -lF ${MARK} -- ${MARKS} 2>/dev/null)"`,
  // State 0A is LISTEN; the port stands in hexadecimal behind the address.
  sh`m_o=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | while read -r m_i m_l m_r m_s m_x; do
  [ "$m_s" != 0A ] || echo "\${m_l##*:}"
done)
printf 'ports\0%s\0' "$m_o"`,
])

/** @throws TaskFailure when systemd does not answer, or the host's answer makes no sense */
export function parseCollectors(output: Output): CollectorsState {
  const fields = new Map(
    readFields(output, 'look for collectors').map(({ name, value }) => [name, value.toString('utf8')]),
  )
  const complaint = fields.get('systemd')
  if (complaint !== undefined)
    throw new TaskFailure(`systemd does not answer on the host: ${displayText(complaint).trim()}`, {
      hint: 'collectors run as services of systemd',
    })
  const units = new Map(
    (fields.get('units') ?? '').split('\n\n').map((block) => {
      const properties = readProperties(block)
      return [properties.get('Id') ?? '', properties]
    }),
  )
  const packages = new Set(linesOf(fields.get('packages')))
  const marks = new Set(linesOf(fields.get('marks')))
  const is = (unit: string, property: string, values: readonly string[]) =>
    values.includes(units.get(unit)?.get(property) ?? '')
  return {
    collectors: KNOWN_COLLECTORS.map((known) => ({
      known,
      active: known.units.filter((unit) => is(unit, 'ActiveState', RUNNING)),
      enabled: known.units.filter((unit) => is(unit, 'UnitFileState', ['enabled', 'enabled-runtime'])),
      installed:
        known.packages.some((name) => packages.has(`${name} installed`)) ||
        known.units.some((unit) => is(unit, 'LoadState', ['loaded'])),
      ours: marks.has(known.mark),
    })),
    listening: new Set(
      linesOf(fields.get('ports'))
        .map((port) => Number.parseInt(port, 16))
        .filter((port) => PORTS.has(port)),
    ),
  }
}

/** `activating` is also what a unit is that fails and is started again. */
const RUNNING = ['active', 'activating', 'reloading', 'refreshing', 'deactivating']

function linesOf(text: string | undefined): string[] {
  return (text ?? '').split('\n').filter((line) => line !== '')
}
