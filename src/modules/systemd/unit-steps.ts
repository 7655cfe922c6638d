import type { Subject } from '../../probes/probe.ts'
import { systemctl, type UnitScope } from '../../probes/unit.ts'
import { failedStep } from '../../shell/failed-step.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import { reasonOf } from '../../values/host-failure.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import type { Text } from '../parameters.ts'
import type { UnitState } from './unit-state.ts'

/** What a link in systemd's folders, or a generator, changes. */
const LINKS: readonly Subject[] = ['units', 'files']

/** One call of systemctl. */
export interface UnitStep {
  /** Names the step when it fails. */
  readonly key: string
  readonly says: string
  readonly script: ShellText
  readonly changes: boolean
  /** What it may change; everything when missing: what a service does when it starts or stops is its own affair. */
  readonly touches?: readonly Subject[]
}

export interface UnitWish {
  readonly state: 'started' | 'stopped' | 'restarted' | 'reloaded' | undefined
  readonly enabled: boolean | undefined
  readonly masked: boolean | undefined
  readonly daemon_reload: boolean
  readonly daemon_reexec: boolean
  readonly no_block: boolean
  readonly force: boolean
  readonly scope: UnitScope
}

/** What has to be done, in Ansible's order: reload, mask, enable, state. */
export function unitSteps(wish: UnitWish, name: Text | undefined, state: UnitState): UnitStep[] {
  const call = systemctl(wish.scope)
  const force = wish.force ? ['--force'] : []
  const steps: UnitStep[] = []
  const add = (key: string, says: string, script: ShellText, touches?: readonly Subject[]) =>
    steps.push({ key, says, script, changes: true, ...(touches === undefined ? {} : { touches }) })
  if (name !== undefined) {
    const masked = state.properties.get('LoadState') === 'masked'
    if (wish.masked !== undefined && wish.masked !== masked) {
      const verb = wish.masked ? 'mask' : 'unmask'
      add(verb, `${verb} ${name}`, sh`${call} ${verb} --quiet ${force} -- ${name}`, LINKS)
    }
    const verb = enableVerb(wish.enabled, state.enablement)
    if (verb !== null) add(verb, `${verb} ${name}`, sh`${call} ${verb} --quiet ${force} -- ${name}`, LINKS)
    const action = stateVerb(wish.state, state.properties.get('ActiveState') ?? '')
    const flags = wish.no_block ? ['--no-block'] : []
    if (action !== null) add(action, `${action} ${name}`, sh`${call} ${action} ${flags} -- ${name}`)
  }
  const before: UnitStep[] = []
  if (wish.daemon_reexec)
    before.push({
      key: 'daemon-reexec',
      says: 'start systemd anew',
      script: sh`${call} daemon-reexec`,
      changes: false,
    })
  // A unit whose file has changed must not be started as it was before.
  if (state.needsReload && (wish.daemon_reload || steps.length > 0))
    before.push({
      key: 'daemon-reload',
      says: 'read unit files',
      script: sh`${call} daemon-reload`,
      changes: false,
      touches: LINKS,
    })
  return [...before, ...steps]
}

/**
 * Words of `is-enabled` that count as enabled (facts/modules.md, systemd): enabled-runtime, indirect and alias do not.
 * Only `enabled` can be taken away; Ansible tries that with a static unit too, on every run.
 */
const ENABLED = new Set(['enabled', 'static', 'generated', 'transient'])

function enableVerb(wanted: boolean | undefined, enablement: string): 'enable' | 'disable' | null {
  if (wanted === true) return ENABLED.has(enablement) ? null : 'enable'
  return wanted === false && (enablement === 'enabled' || enablement === 'enabled-runtime') ? 'disable' : null
}

function stateVerb(wanted: UnitWish['state'], active: string): string | null {
  const running =
    active === 'active' || active === 'activating' || active === 'reloading' || active === 'refreshing'
  switch (wanted) {
    case undefined:
      return null
    case 'started':
      return running ? null : 'start'
    case 'stopped':
      return running || active === 'deactivating' ? 'stop' : null
    default:
      return running ? wanted.slice(0, -2) : 'start'
  }
}

/** The step that failed, in Ansible's words, with what systemctl said. What came before it is done. */
export function unitFailure(name: Text, steps: readonly UnitStep[], output: Output): TaskFailure {
  const why = reasonOf(output)
  const key = failedStep(output.stdout)?.step ?? ''
  const at = steps.findIndex((step) => step.key === key)
  const done = steps.slice(0, Math.max(at, 0)).some((step) => step.changes)
  const message =
    key === 'mask' || key === 'unmask'
      ? `Failed to ${key} the service (${name}): ${why}`
      : key.startsWith('daemon-')
        ? `failure 1 during ${key}: ${why}`
        : `Unable to ${key} service ${name}: ${why}`
  return new TaskFailure(message, {
    result: { changed: done },
    hint: `journalctl -u ${name} on the host tells more`,
  })
}

/** What all of the steps may change; undefined: everything. */
export function touchedBySteps(steps: readonly UnitStep[]): readonly Subject[] | undefined {
  return steps.every(({ touches }) => touches !== undefined)
    ? [...new Set(steps.flatMap(({ touches }) => touches ?? []))]
    : undefined
}
