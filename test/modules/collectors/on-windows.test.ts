import { expect, test } from 'vitest'
import { collectorProbes, collectorsOnWindows } from '../../../src/modules/collectors/collector-state.ts'
import { departureDiff, departures, type Wish } from '../../../src/modules/collectors/decide.ts'
import { COLLECTORS_ON_WINDOWS } from '../../../src/modules/collectors/known-on-windows.ts'
import { stopOnWindows } from '../../../src/modules/collectors/stop-on-windows.ts'
import type { InstalledProgram } from '../../../src/probes/windows/programs.ts'
import type { WindowsService } from '../../../src/probes/windows/service.ts'
import { dict } from '../../../src/values/value.ts'

const SERVICES = COLLECTORS_ON_WINDOWS.flatMap(({ units }) => units)
const PORTS = [9090, 12345, 12346, 8888, 13133, 8429, 19110, 9100, 9182]

/** A Windows host: service -> how it is; the collectors that muster set up; ports that somebody listens on. */
function host(
  services: Readonly<Record<string, Partial<WindowsService>>>,
  ours: readonly string[] = [],
  {
    programs = [],
    listening = [],
  }: { programs?: readonly Partial<InstalledProgram>[]; listening?: number[] } = {},
) {
  const probes = collectorProbes()
  return collectorsOnWindows({
    platform: 'windows',
    units: [],
    packages: [],
    marks: [],
    ports: probes.ports.map(({ args }) => listening.includes(args as number)),
    services: SERVICES.map(
      (name) =>
        ({
          exists: services[name] !== undefined,
          name,
          state: 'running',
          startMode: 'delayed',
          ...services[name],
        }) as WindowsService,
    ),
    programs: programs.map(
      (one) =>
        ({
          id: '{X}',
          name: '',
          version: '1',
          msi: true,
          uninstall: '',
          quietUninstall: '',
          upgradeCode: '',
          ...one,
        }) as InstalledProgram,
    ),
    windowsMarks: COLLECTORS_ON_WINDOWS.map(({ name }) => ours.includes(name)),
  })
}

const wish = (name: string, more: Partial<Wish> = {}): Wish => ({
  name,
  former: 'stopped',
  foreign: 'refused',
  ...more,
})
const gone = (wanted: Wish, state: ReturnType<typeof host>) =>
  departures(wanted, state).map(
    ({ state: { known }, remove }) => `${remove ? 'remove' : 'stop'} ${known.name}`,
  )

test('the other collector goes, the exporter stays, unless none is wanted', () => {
  const state = host({ prometheus: {}, windows_exporter: {} }, ['prometheus', 'windows_exporter'])
  expect(gone(wish('prometheus'), state)).toEqual([])
  expect(gone(wish('alloy'), state)).toEqual(['stop prometheus'])
  expect(gone(wish('none', { former: 'removed' }), state)).toEqual([
    'remove prometheus',
    'remove windows_exporter',
  ])
  expect(departureDiff(wish('alloy'), departures(wish('alloy'), state)).before).toEqual(
    dict({ prometheus: 'running, enabled' }),
  )
})

test('one that is stopped and disabled is no matter, one that would start is', () => {
  const stopped = { state: 'stopped', startMode: 'disabled' } as const
  expect(gone(wish('alloy'), host({ prometheus: stopped }, ['prometheus']))).toEqual([])
  expect(
    gone(wish('alloy'), host({ prometheus: { ...stopped, startMode: 'auto' } }, ['prometheus'])),
  ).toEqual(['stop prometheus'])
})

test('what muster did not set up is refused, and never removed', () => {
  const state = host({ Alloy: {} })
  expect(() => departures(wish('prometheus'), state)).toThrow(
    /alloy \(Alloy\) is set up on the host, and not by muster/,
  )
  expect(gone(wish('prometheus', { foreign: 'stopped', former: 'removed' }), state)).toEqual(['stop alloy'])
  expect(gone(wish('prometheus', { foreign: 'kept' }), state)).toEqual([])
})

test('two never listen on one port', () => {
  expect(PORTS).toEqual(expect.arrayContaining(COLLECTORS_ON_WINDOWS.flatMap(({ ports }) => ports)))
  const other = host({}, [], { listening: [9090] })
  expect(() => departures(wish('prometheus'), other)).toThrow(/another program listens on port 9090/)
  // Whoever goes gives its port back.
  const agent = host({ 'Grafana Agent': {} }, ['grafana-agent'], { listening: [12345] })
  expect(gone(wish('alloy'), agent)).toEqual(['stop grafana-agent'])
})

test('a set-up program removes itself; what muster only configured keeps program and service', () => {
  const state = host({ Alloy: {}, AmazonCloudWatchAgent: {} }, ['alloy', 'amazon-cloudwatch-agent'], {
    programs: [
      { id: 'Alloy', name: 'Grafana Alloy', msi: false, quietUninstall: '"C:\\a b\\uninstall.exe" /S' },
      { name: 'Amazon CloudWatch Agent' },
    ],
  })
  const wanted = wish('none', { former: 'removed' })
  const { text, values } = stopOnWindows(departures(wanted, state)).reveal()
  expect(values).toContainEqual(['Alloy', 'AmazonCloudWatchAgent'])
  expect(values).toEqual(expect.arrayContaining(['C:\\a b\\uninstall.exe', '/S', 'delete Alloy']))
  expect(values).not.toContain('msiexec.exe')
  expect(values).not.toContain('delete AmazonCloudWatchAgent')
  // All are silent before anything goes.
  expect(text.indexOf("'Stopped'")).toBeLessThan(text.indexOf('m_run'))
})
