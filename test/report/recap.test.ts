import { describe, expect, test } from 'vitest'
import { mergeFailures, recapText } from '../../src/report/recap.ts'
import type { Failure, RunEvent } from '../../src/run/record/events.ts'

const failure = (host: string, message: string, task = 'copy'): Failure => ({
  host,
  task,
  status: 'failed',
  message,
  hint: 'free some space',
})

describe('the end of a run', () => {
  test('merges equal failures, whatever host they name, largest group first', () => {
    const groups = mergeFailures([
      failure('web03', 'other'),
      failure('web01', 'web01: no space left'),
      failure('web02', 'web02: no space left'),
    ])
    expect(groups.map((group) => group.map(({ host }) => host))).toEqual([['web01', 'web02'], ['web03']])
  })

  test('names hosts, cause, what the program printed and next step, and lets no control character through', () => {
    const event: RunEvent & { type: 'run-ended' } = {
      type: 'run-ended',
      run: 'r',
      check: false,
      recap: new Map([
        ['web01', { ok: 1, changed: 0, unreachable: 0, failed: 1, skipped: 0, rescued: 0, ignored: 0 }],
      ]),
      failures: [{ ...failure('web01', 'no space \u001b[2Jleft'), printed: 'one\n\u001b[2Jtwo' }],
      exitCode: 2,
      interrupted: false,
      cost: { handshakes: 1, channels: 1, requests: 2, bytesSent: 10, bytesReceived: 20 },
      seconds: 1,
      journal: undefined,
    }
    const text = recapText(event)
    expect(text).toContain("FAILED on 1 host (web01) at 'copy'")
    expect(text).toContain('no space \\x1b[2Jleft')
    expect(text).toContain('  web01 printed:\n  | one\n  | \\x1b[2Jtwo\n')
    expect(text).toContain('what to do: free some space')
    expect(text).toContain('1 handshake, 2 requests')
  })

  test('a plan says what is to be done, and where it could not be found out', () => {
    const counts = { ok: 1, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 }
    const plan = (changed: readonly string[], lost: readonly string[]) =>
      recapText({
        type: 'run-ended',
        run: 'r',
        check: true,
        recap: new Map(
          ['a', 'b', 'c'].map((host) => [host, { ...counts, changed: changed.includes(host) ? 1 : 0 }]),
        ),
        failures: lost.map((host) => failure(host, 'gone')),
        exitCode: 1,
        interrupted: false,
        cost: { handshakes: 0, channels: 0, requests: 0, bytesSent: 0, bytesReceived: 0 },
        seconds: 1,
        journal: undefined,
      })
    expect(plan([], [])).toContain('\nnothing to do\n')
    expect(plan(['a'], [])).toContain('\n1 host would be changed ("changed" above says what would be)\n')
    expect(plan([], ['a'])).toContain(
      '\nnothing to do on the others; what is to be done on 1 host could not be found out\n',
    )
    const none = plan([], ['a', 'b', 'c'])
    expect(none).toContain('\nwhat is to be done on 3 hosts could not be found out\n')
    expect(none).not.toContain('nothing to do')
  })
})
