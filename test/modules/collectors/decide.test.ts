import { describe, expect, it } from 'vitest'
import type { CollectorState, CollectorsState } from '../../../src/modules/collectors/collector-state.ts'
import { departureDiff, departures, type Wish } from '../../../src/modules/collectors/decide.ts'
import { KNOWN_COLLECTORS } from '../../../src/modules/collectors/known.ts'
import { TaskFailure } from '../../../src/values/task-failure.ts'
import { dict } from '../../../src/values/value.ts'

type There = 'ours' | 'foreign' | 'ours, stopped' | 'foreign, stopped' | 'ours, only enabled'

/** A host with these collectors; whoever runs listens on its ports. */
function host(there: Readonly<Record<string, There>>, listening: readonly number[] = []): CollectorsState {
  const collectors = KNOWN_COLLECTORS.map((known): CollectorState => {
    const state = there[known.name]
    const runs = state === 'ours' || state === 'foreign'
    return {
      known,
      active: runs ? known.units : [],
      enabled: runs || state === 'ours, only enabled' ? known.units : [],
      installed: state !== undefined,
      ours: state?.startsWith('ours') === true,
    }
  })
  const ports = collectors.filter(({ active }) => active.length > 0).flatMap(({ known }) => known.ports)
  return { collectors, listening: new Set([...ports, ...listening]) }
}

const wish = (name: string, more: Partial<Wish> = {}): Wish => ({
  name,
  former: 'stopped',
  foreign: 'refused',
  ...more,
})

const gone = (wanted: Wish, state: CollectorsState) =>
  departures(wanted, state).map(
    ({ state: { known }, remove }) => `${remove ? 'remove' : 'stop'} ${known.name}`,
  )

describe('which collectors go', () => {
  it('none on a bare host, and none when the wanted one is the only one', () => {
    expect(gone(wish('alloy'), host({}))).toEqual([])
    expect(gone(wish('alloy'), host({ alloy: 'ours', node_exporter: 'ours' }))).toEqual([])
  })

  it('every other one that runs or would after a boot', () => {
    expect(
      gone(wish('alloy'), host({ prometheus: 'ours', vmagent: 'ours, only enabled', adot: 'ours, stopped' })),
    ).toEqual(['stop prometheus', 'stop vmagent'])
  })

  it('all that muster set up where the former ones shall be removed, the stopped ones too', () => {
    const state = host({ prometheus: 'ours', adot: 'ours, stopped', 'grafana-agent': 'foreign, stopped' })
    expect(gone(wish('alloy', { former: 'removed' }), state)).toEqual(['remove prometheus', 'remove adot'])
  })

  it('exporters stay with a collector, and go when none is wanted', () => {
    const state = host({ prometheus: 'ours', node_exporter: 'ours' })
    expect(gone(wish('alloy'), state)).toEqual(['stop prometheus'])
    expect(gone(wish('none', { former: 'removed' }), state)).toEqual([
      'remove prometheus',
      'remove node_exporter',
    ])
  })

  it("what runs and is not muster's is refused, stopped or kept, and never removed", () => {
    const state = host({ 'grafana-agent': 'foreign' })
    expect(() => departures(wish('prometheus'), state)).toThrow(
      'grafana-agent (grafana-agent.service) is set up on the host, and not by muster: beside prometheus it may send the same series',
    )
    expect(gone(wish('prometheus', { foreign: 'stopped', former: 'removed' }), state)).toEqual([
      'stop grafana-agent',
    ])
    expect(gone(wish('prometheus', { foreign: 'kept' }), state)).toEqual([])
  })

  it("the wanted one that is not muster's is taken over only when that is said", () => {
    const state = host({ alloy: 'foreign' })
    for (const foreign of ['refused', 'kept'] as const)
      expect(() => departures(wish('alloy', { foreign }), state)).toThrow(TaskFailure)
    expect(gone(wish('alloy', { foreign: 'stopped' }), state)).toEqual([])
  })
})

describe('ports that the wanted one needs', () => {
  it('are free once the former one is stopped', () => {
    expect(gone(wish('adot'), host({ 'otelcol-contrib': 'ours' }))).toEqual(['stop otelcol-contrib'])
  })

  it('are refused when another program has them', () => {
    expect(() => departures(wish('prometheus'), host({}, [9090]))).toThrow(
      'another program listens on port 9090, which prometheus needs',
    )
  })

  it('are refused when a collector has them that is kept', () => {
    const state = host({ 'grafana-agent': 'foreign' })
    expect(() => departures(wish('alloy', { foreign: 'kept' }), state)).toThrow(
      'grafana-agent, which was kept listens on port 12345, which alloy needs',
    )
  })

  it('are its own when it runs', () => {
    expect(gone(wish('prometheus'), host({ prometheus: 'ours' }))).toEqual([])
  })
})

it('the difference says what is there and what becomes of it', () => {
  const state = host({ prometheus: 'ours', alloy: 'foreign' })
  const wanted = wish('vmagent', { former: 'removed', foreign: 'stopped' })
  expect(departureDiff(wanted, departures(wanted, state))).toEqual({
    header: 'collectors beside vmagent',
    before: dict({ prometheus: 'running, enabled', alloy: 'running, enabled, not set up by muster' }),
    after: dict({ prometheus: 'removed', alloy: 'stopped, disabled' }),
  })
})

describe('the table', () => {
  it('marks lie in the folder of systemd, each for its first unit', () => {
    for (const { mark, units } of KNOWN_COLLECTORS)
      expect([
        `/etc/systemd/system/${units[0]}`,
        `/etc/systemd/system/${units[0]}.d/50-muster.conf`,
      ]).toContain(mark)
  })

  it('names no folder that is not a collector’s alone', () => {
    for (const { leaves, unpacked } of KNOWN_COLLECTORS)
      for (const path of [...leaves, ...unpacked]) {
        expect(path).toMatch(/^(\/[A-Za-z0-9@._-]+){2,}-?$/)
        expect([
          '/etc/muster',
          '/etc/default',
          '/usr/local',
          '/var/lib',
          '/opt/aws',
          '/opt/muster',
        ]).not.toContain(path)
      }
  })
})
