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
      recap: new Map([['web01', { ok: 1, changed: 0, unreachable: 0, failed: 1, skipped: 0, ignored: 0 }]]),
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
})
