import { describe, expect, it } from 'vitest'
import type { UnitState } from '../../../src/modules/systemd/unit-state.ts'
import { type UnitWish, unitSteps } from '../../../src/modules/systemd/unit-steps.ts'
import { readProperties } from '../../../src/probes/unit.ts'

const WISH: UnitWish = {
  state: undefined,
  enabled: undefined,
  masked: undefined,
  daemon_reload: false,
  daemon_reexec: false,
  no_block: false,
  force: false,
  scope: 'system',
}

function unit(properties: Record<string, string>, enablement = 'disabled'): UnitState {
  return {
    properties: new Map(Object.entries({ LoadState: 'loaded', ActiveState: 'inactive', ...properties })),
    enablement,
    needsReload: properties['NeedDaemonReload'] === 'yes',
  }
}

const keys = (wish: Partial<UnitWish>, state: UnitState) =>
  unitSteps({ ...WISH, ...wish }, 'u', state).map(({ key }) => key)

describe('what systemctl has to do', () => {
  it.each([
    [{ state: 'started' }, unit({}), ['start']],
    [{ state: 'started' }, unit({ ActiveState: 'activating' }), []],
    [{ state: 'stopped' }, unit({ ActiveState: 'deactivating' }), ['stop']],
    [{ state: 'stopped' }, unit({ ActiveState: 'failed' }), []],
    [{ state: 'restarted' }, unit({ ActiveState: 'active' }), ['restart']],
    [{ state: 'reloaded' }, unit({}), ['start']],
    [{ enabled: true }, unit({}, 'static'), []],
    [{ enabled: false }, unit({}, 'static'), []],
    [{ enabled: true }, unit({}, 'enabled-runtime'), ['enable']],
    [{ enabled: false }, unit({}, 'enabled'), ['disable']],
    [{ masked: false }, unit({ LoadState: 'masked' }), ['unmask']],
    [{ state: 'started', enabled: true }, unit({}), ['enable', 'start']],
  ] as const)('%j', (wish, state, wanted) => {
    expect(keys(wish, state)).toEqual(wanted)
  })

  it('reads unit files where systemd says so: when asked to, or before something is started', () => {
    const changed = unit({ NeedDaemonReload: 'yes', ActiveState: 'active' }, 'enabled')
    expect(keys({ state: 'started', daemon_reload: true }, changed)).toEqual(['daemon-reload'])
    expect(keys({ state: 'restarted' }, changed)).toEqual(['daemon-reload', 'restart'])
    expect(keys({ state: 'started' }, changed)).toEqual([])
    expect(keys({ state: 'started', daemon_reload: true }, unit({ ActiveState: 'active' }))).toEqual([])
    expect(unitSteps({ ...WISH, daemon_reload: true }, 'u', changed).every(({ changes }) => !changes)).toBe(
      true,
    )
  })
})

describe('properties of a unit', () => {
  it('may have = and line ends in their values', () => {
    expect([...readProperties('Id=a.service\nEnvironment=A=1\nDescription=two\nlines\nEmpty=\n')]).toEqual([
      ['Id', 'a.service'],
      ['Environment', 'A=1'],
      ['Description', 'two\nlines'],
      ['Empty', ''],
    ])
  })
})
