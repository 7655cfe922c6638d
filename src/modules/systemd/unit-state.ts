import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { systemctl, type Unit, type UnitScope } from '../../probes/unit.ts'
import { sh } from '../../shell/sh.ts'
import { joinTexts, sameText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import type { Text } from '../parameters.ts'

/** What systemd says of a unit, in the words of the module. */
export interface UnitState {
  readonly properties: ReadonlyMap<string, string>
  /** The word of `systemctl is-enabled`: enabled, disabled, static, masked ... */
  readonly enablement: string
  /** Some unit's file has changed since systemd read it (the named one's, where one is named). */
  readonly needsReload: boolean
}

/** @param enablement what {@link enablementProbe} said, where systemd's own property does not tell */
export function unitState({ properties }: Unit, enablement: string | undefined): UnitState {
  return {
    properties,
    enablement: enablement ?? properties.get('UnitFileState') ?? '',
    needsReload: properties.get('NeedDaemonReload') === 'yes',
  }
}

/**
 * Whether the property UnitFileState says less than `systemctl is-enabled`: of an alias it speaks of the unit behind it,
 * and init scripts are enabled by links that systemd does not know.
 */
export function enablementIsElsewhere(name: Text, { properties }: Unit): boolean {
  const load = properties.get('LoadState')
  if (load === undefined || load === 'not-found') return false
  const full = textMatches(name, /\.[a-z]+$/) ? name : joinTexts([name, '.service'])
  return (
    !sameText(full, properties.get('Id')) || properties.get('SourcePath')?.startsWith('/etc/init.d/') === true
  )
}

/** What `systemctl is-enabled` prints. */
export function enablementProbe(name: Text, scope: UnitScope): Probe<string> {
  return scriptProbe(sh`${systemctl(scope)} is-enabled -- ${name} 2>/dev/null; :`, ({ stdout }) =>
    stdout.toString('utf8').trim(),
  )
}

/** Why a unit cannot be worked with, in Ansible's words; `missing` when it may come with an earlier task. */
export function loadProblem(
  name: Text,
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
