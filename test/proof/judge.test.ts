import { describe, expect, it } from 'vitest'
import type { NewestSample } from '../../src/aws/polling/arrivals.ts'
import { judgeFleet, type ProofSubject } from '../../src/proof/judge.ts'

const sample = (host: string, instance_id: string, age: number): NewestSample => ({
  labels: { host, instance_id },
  age,
})
const subject = (host: string, node?: string, series = ['up']): ProofSubject => ({
  host,
  node,
  series,
  maxAge: 120,
})
const senders = new Map([['prometheus_build_info', 'prometheus']])
const judge = (
  samples: Record<string, NewestSample[]>,
  subjects: ProofSubject[],
  others: readonly string[] = [],
) =>
  judgeFleet(
    new Map(Object.entries(samples)),
    subjects,
    senders,
    new Set([...subjects.map(({ host }) => host), ...others]),
  )

describe('the proof of a fleet', () => {
  it('is a fresh sample of everything that is expected, and says what sends', () => {
    const samples = {
      up: [sample('web01', 'mi-1', 5), sample('web02', 'mi-2', 200)],
      load: [sample('web01', 'mi-1', 3)],
      prometheus_build_info: [sample('web01', 'mi-1', 4), sample('web02', 'mi-2', 250)],
    }
    const { hosts, strangers } = judge(samples, [
      subject('web01', 'mi-1', ['up', 'load']),
      subject('web02', 'mi-2', ['up', 'load']),
    ])
    expect(hosts).toEqual([
      {
        host: 'web01',
        series: [
          { series: 'up', age: 5, fresh: true },
          { series: 'load', age: 3, fresh: true },
        ],
        senders: ['prometheus'],
        newest: 3,
      },
      {
        host: 'web02',
        series: [
          { series: 'up', age: 200, fresh: false },
          { series: 'load', age: null, fresh: false },
        ],
        senders: [],
        newest: 200,
      },
    ])
    expect(strangers).toEqual([])
  })

  it('takes the newest of several series of one node', () => {
    const { hosts } = judge({ up: [sample('a', 'mi-1', 90), sample('b', 'mi-1', 10)] }, [
      subject('a', 'mi-1'),
    ])
    expect(hosts[0]!.newest).toBe(10)
  })

  it('goes by the name of the host where its node cannot be told', () => {
    const { hosts, strangers } = judge({ up: [sample('web01', 'mi-9', 5)] }, [subject('web01')])
    expect(hosts[0]!.series).toEqual([{ series: 'up', age: 5, fresh: true }])
    expect(strangers).toEqual([])
  })

  it('does not take the series of a former node, or of a clone, for the host', () => {
    const { hosts, strangers } = judge({ up: [sample('web01', 'mi-old', 5)] }, [subject('web01', 'mi-new')])
    expect(hosts[0]).toMatchObject({ newest: undefined, series: [{ age: null, fresh: false }] })
    expect(strangers).toEqual([{ host: 'web01', node: 'mi-old', newest: 5 }])
  })

  it('names who sends and is not in the inventory, once, and nobody without both labels', () => {
    const samples = {
      up: [
        sample('gone', 'mi-7', 50),
        sample('', '', 1),
        sample('left-out', 'mi-8', 1),
        sample('', 'mi-6', 9),
      ],
      load: [sample('gone', 'mi-7', 20)],
    }
    const { strangers } = judge(samples, [subject('web01', 'mi-1')], ['left-out'])
    expect(strangers).toEqual([
      { host: '', node: 'mi-6', newest: 9 },
      { host: 'gone', node: 'mi-7', newest: 20 },
    ])
  })
})
