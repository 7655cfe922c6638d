import { expect, test } from 'vitest'
import { proofReport, rowOf } from '../../src/report/proof.ts'

const online = { node: 'mi-0123456789abcdef0', ping: 'Online' }

test('the proof of a fleet as a table', () => {
  const rows = [
    rowOf('web01', online, undefined, {
      host: 'web01',
      series: [
        { series: 'up', age: 3, fresh: true },
        { series: 'load', age: 4, fresh: true },
      ],
      senders: ['prometheus', 'node_exporter'],
      newest: 3,
    }),
    rowOf('web02', online, undefined, {
      host: 'web02',
      series: [
        { series: 'up', age: 200, fresh: false },
        { series: 'load', age: null, fresh: false },
      ],
      senders: [],
      newest: 200,
    }),
    rowOf('web04', online, undefined, {
      host: 'web04',
      series: [
        { series: 'up', age: 1, fresh: true },
        { series: 'load', age: null, fresh: false },
      ],
      senders: ['prometheus'],
      newest: 1,
    }),
    rowOf(
      'web03',
      undefined,
      {
        host: 'web03',
        task: 'Online in Systems Manager',
        status: 'failed',
        message: 'not registered\u001b[2J with Systems Manager',
        hint: 'run muster apply',
      },
      { message: 'cannot ask' },
    ),
  ]
  const strangers = [{ host: 'old', node: 'mi-1', newest: 12 }]
  expect(proofReport(rows, strangers, [])).toBe(`\
HOST   MANAGED NODE          SSM     SENDS                      SERIES  NEWEST
web01  mi-0123456789abcdef0  Online  prometheus, node_exporter  2 of 2  3 s ago
web02  mi-0123456789abcdef0  Online  -                          0 of 2  200 s ago
    no sample of the last five minutes: load; up is 200 s old
    -> look at the collector's log on the host; a 403 there means old credentials, or a role without aps:RemoteWrite
web04  mi-0123456789abcdef0  Online  prometheus                 1 of 2  1 s ago
    no sample of the last five minutes: load
    -> the collector sends, and does not get at what it reads: does the exporter run? See \`up\` of its job
web03  -                     -       -                          -       -
    not registered\\x1b[2J with Systems Manager; cannot ask
    -> run muster apply

1 of 4 hosts proved

Send, and are not in the inventory (or no longer as this node):
    old  mi-1  12 s ago
`)
})

test('what kept all hosts from being looked at', () => {
  const failure = {
    host: 'localhost',
    task: 'is there',
    status: 'failed' as const,
    message: 'there is no workspace fleet',
    hint: undefined,
  }
  expect(proofReport([], [], [failure])).toBe('there is no workspace fleet\n0 of 0 hosts proved\n')
})
