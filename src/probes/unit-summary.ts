import { ps } from '../shell/powershell/ps.ts'
import { sh } from '../shell/sh.ts'
import { TaskFailure } from '../values/task-failure.ts'
import { displayText } from '../values/text/visible.ts'
import type { Output } from '../values/transfer.ts'
import { MOVED, type Probe, type ProbeKind, probe } from './probe.ts'
import { readProperties } from './unit.ts'

/** Whether a unit is there, runs, and starts with the host: systemd's own words. */
export interface UnitSummary {
  /** What systemctl said where it does not answer, and then nothing else is known. */
  readonly complaint: string | null
  /** loaded, not-found, masked ... */
  readonly load: string
  /** active, activating, inactive, failed ... */
  readonly active: string
  /** enabled, disabled, static ...; empty where there is no file. */
  readonly enabled: string
}

const PROPERTIES = ['LoadState', 'ActiveState', 'UnitFileState'].flatMap((name) => ['-p', name])

const kind: ProbeKind<string, UnitSummary> = {
  name: 'unit-summary',
  subjects: ['units', 'packages'],
  key: (name) => name,
  posix: {
    script: (names) => sh`if command -v systemctl >/dev/null 2>&1; then
  LC_ALL=C systemctl show ${PROPERTIES} -- ${names} 2>&1; printf '\0%s' $?
else printf 'systemctl is not there\0none'; fi`,
    read: readAll,
  },
  // systemd is not there, so no unit is.
  powershell: {
    script: () => ps``,
    read: (_, names) =>
      names.map(() => ({ complaint: null, load: 'not-found', active: 'inactive', enabled: '' })),
  },
}

/**
 * What matters of a system unit that may be one of many: a tenth of what {@link unit} prints. All units of a request
 * cost one process.
 */
export function unitSummary(name: string): Probe<UnitSummary> {
  return probe(kind, name)
}

function readAll(output: Output, names: readonly string[]): (UnitSummary | typeof MOVED)[] {
  if (output.truncated || output.timedOut) throw new TaskFailure('ask systemd: the host printed too much')
  const [shown = '', status] = output.stdout.toString('utf8').split('\0')
  if (status !== '0') {
    const complaint = displayText(shown).trim() || 'no answer'
    return names.map(() => ({ complaint, load: '', active: '', enabled: '' }))
  }
  const blocks = shown.trimEnd().split('\n\n')
  if (blocks.length !== names.length) return names.map(() => MOVED)
  return blocks.map((block) => {
    const properties = readProperties(block)
    const word = (name: string) => properties.get(name) ?? ''
    return {
      complaint: null,
      load: word('LoadState'),
      active: word('ActiveState'),
      enabled: word('UnitFileState'),
    }
  })
}

/** systemd's words for a unit that runs, or is about to; `activating` is also what one is that fails and is tried again. */
const RUNNING: readonly string[] = ['active', 'activating', 'reloading', 'refreshing', 'deactivating']

/** Whether the unit runs, or is on its way up or down. */
export function isRunning({ active }: UnitSummary): boolean {
  return RUNNING.includes(active)
}
