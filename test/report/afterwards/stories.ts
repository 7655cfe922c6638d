import type { RecordedEvent } from '../../../src/run/record/event-log.ts'
import type { Failure, Recap, RunEvent, Status } from '../../../src/run/record/events.ts'

/** The beginning of every run here. */
const BEGAN = Date.UTC(2026, 10, 24, 15, 30, 55)

/** A task's event, told so many seconds after the beginning. */
export function told(
  seconds: number,
  host: string,
  task: string,
  status: Status,
  more: Partial<RunEvent & { type: 'task' }> = {},
): RecordedEvent {
  return {
    at: new Date(BEGAN + seconds * 1000),
    type: 'task',
    play: 'collectors',
    host,
    task,
    module: 'copy',
    handler: false,
    position: { file: '/work/playbooks/site.yaml', line: 12, column: 5 },
    status,
    message: undefined,
    hint: undefined,
    diff: [],
    result: new Map(),
    seconds: 0.5,
    ...more,
  }
}

export function began(): RecordedEvent {
  const at = new Date(BEGAN)
  return {
    at,
    type: 'run-started',
    run: '20261124T153055-d953e1a2',
    playbook: 'site.yaml',
    mode: 'apply',
    check: false,
    hosts: 3,
  }
}

export function ended(
  recap: Readonly<Record<string, Partial<Recap>>>,
  failures: readonly Failure[] = [],
): RecordedEvent {
  const none = { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 }
  return {
    at: new Date(BEGAN + 9000),
    type: 'run-ended',
    run: '20261124T153055-d953e1a2',
    check: false,
    recap: new Map(Object.entries(recap).map(([host, counts]) => [host, { ...none, ...counts }])),
    failures,
    exitCode: failures.length === 0 ? 0 : 2,
    interrupted: false,
    cost: { handshakes: 3, channels: 3, requests: 9, bytesSent: 1, bytesReceived: 1 },
    seconds: 9,
    journal: undefined,
  }
}

/** Text that means something in HTML, XML, Markdown, or to a terminal. */
export const HOSTILE = `</script><img src=x onerror=alert(1)> "&' \`\`\`\n| # [x](javascript:1) \u001b[2J\u202e]]>`

/** Two hosts changed alike, a third failed with hostile text. */
export function hostileRun(): RecordedEvent[] {
  const diff = (host: string) => [
    { header: '/etc/motd', before: 'old\n', after: `new on ${host}\n${HOSTILE}\n` },
  ]
  const failure: Failure = {
    host: 'web03',
    task: HOSTILE,
    status: 'failed',
    message: HOSTILE,
    hint: HOSTILE,
    printed: HOSTILE,
  }
  return [
    began(),
    { at: new Date(BEGAN + 10), type: 'warning', message: HOSTILE },
    told(1, 'web01', HOSTILE, 'changed', { diff: diff('web01') }),
    told(1.5, 'web02', HOSTILE, 'changed', { diff: diff('web02') }),
    told(2, 'web03', 'before', 'ok'),
    told(4, 'web03', HOSTILE, 'failed', { message: HOSTILE, hint: HOSTILE, item: HOSTILE }),
    told(4, 'web03', HOSTILE, 'failed', { message: HOSTILE, hint: HOSTILE }),
    ended({ web01: { ok: 1, changed: 1 }, web02: { ok: 1, changed: 1 }, web03: { ok: 1, failed: 1 } }, [
      failure,
    ]),
  ]
}
