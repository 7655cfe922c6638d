import { field, readFields } from '../../probes/fields.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/visible.ts'

export type Scope = 'system' | 'user' | 'global'

/** What systemd says of a unit. */
export interface UnitState {
  /** systemctl is there and answers. */
  readonly running: boolean
  /** What it said when it does not. */
  readonly complaint: string
  readonly properties: ReadonlyMap<string, string>
  /** The word of `systemctl is-enabled`: enabled, disabled, static, masked ... */
  readonly enablement: string
  /** Some unit's file has changed since systemd read it (the named one's, where one is named). */
  readonly needsReload: boolean
}

/** The words that begin a systemctl command of that scope. */
export function systemctl(scope: Scope): ShellText {
  return scope === 'system' ? sh`LC_ALL=C systemctl` : sh`LC_ALL=C systemctl ${`--${scope}`}`
}

/** One `systemctl show` and one `is-enabled`; without a name only whether any unit needs a reload. */
export function observeUnit(name: string | undefined, scope: Scope): Probe<UnitState> {
  const call = systemctl(scope)
  const read =
    name === undefined
      ? sh`m_o=$(${call} show -p NeedDaemonReload '*' 2>&1); m_rc=$?
case $m_o in *NeedDaemonReload=yes*) m_o=NeedDaemonReload=yes ;; *NeedDaemonReload=no*) m_o=NeedDaemonReload=no ;; esac`
      : sh`m_o=$(${call} show -- ${name} 2>&1); m_rc=$?
printf 'enabled\0%s\0' "$(${call} is-enabled -- ${name} 2>/dev/null)"`
  return scriptProbe(
    lines([
      sh`command -v systemctl >/dev/null 2>&1 || { printf 'rc\0no\0show\0systemctl is not there\0'; exit 0; }`,
      read,
      sh`printf 'rc\0%s\0show\0%s\0' "$m_rc" "$m_o"`,
    ]),
    (output) => {
      const fields = readFields(output, `ask systemd for ${name ?? 'its units'}`)
      const shown = (field(fields, 'show') ?? Buffer.alloc(0)).toString('utf8')
      const ok = field(fields, 'rc')?.toString('latin1') === '0'
      const properties = ok ? readProperties(shown) : new Map<string, string>()
      return {
        // For all units the output is empty when none is loaded (offline): then nothing answers.
        running: ok && (properties.size > 0 || scope === 'global'),
        complaint: shown.trim() || 'no answer',
        properties,
        enablement: (field(fields, 'enabled') ?? Buffer.alloc(0)).toString('utf8').trim(),
        needsReload: properties.get('NeedDaemonReload') === 'yes',
      }
    },
  )
}

/** `Name=value` lines; a line that is none belongs to the value before it. */
export function readProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  let last: string | undefined
  for (const line of text.split('\n')) {
    const match = /^([A-Z][A-Za-z0-9]*)=(.*)$/s.exec(line)
    if (match !== null) {
      last = match[1]!
      properties.set(last, match[2]!)
    } else if (last !== undefined && line !== '') properties.set(last, `${properties.get(last)}\n${line}`)
  }
  return properties
}

/** Why a unit cannot be worked with, in Ansible's words; `missing` when it may come with an earlier task. */
export function loadProblem(
  name: string,
  state: UnitState,
  acts: boolean,
): { readonly failure: TaskFailure; readonly missing: boolean } | null {
  const load = state.properties.get('LoadState')
  if (load === 'not-found') {
    if (!acts) return null
    const failure = new TaskFailure(`Could not find the requested service ${name}: host`, {
      hint: 'install the package that brings the unit, or put its file in place first',
    })
    return { missing: true, failure }
  }
  const error = state.properties.get('LoadError')
  if (load === 'masked' || error === undefined || error === '') return null
  return {
    missing: false,
    failure: new TaskFailure(`Error loading unit file '${name}': ${displayText(error)}`, {
      hint: `systemd-analyze verify ${name} on the host tells more`,
    }),
  }
}
