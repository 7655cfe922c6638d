import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { slackMessage, summaryOf } from '../../../src/report/notify/message.ts'
import { notifying, readWebhook, readWebhooks } from '../../../src/report/notify/notify.ts'
import { postJson } from '../../../src/report/notify/post.ts'
import type { Failure, RunEvent } from '../../../src/run/record/events.ts'
import type { InputError } from '../../../src/values/problem.ts'
import { Secret } from '../../../src/values/secret.ts'

const recap = { ok: 1, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 }
const started = {
  ...{ type: 'run-started', run: 'r1', playbook: 'site.yaml', mode: 'apply', check: false, hosts: 3 },
} as const satisfies RunEvent
const failed = (host: string) =>
  ({
    host,
    task: 'copy',
    status: 'failed',
    message: `${host}: <!channel> no space`,
    hint: 'make room',
  }) as const
const ended = (
  exitCode: number,
  failures: readonly Failure[] = [failed('web01'), failed('web02')],
): RunEvent & { type: 'run-ended' } => ({
  ...{ type: 'run-ended', run: 'r1', check: false, exitCode, interrupted: false, seconds: 12.3 },
  recap: new Map([
    ['web01', { ...recap, failed: 1 }],
    ['web02', { ...recap, failed: 1, changed: 2 }],
    ['web03', recap],
  ]),
  failures,
  cost: { handshakes: 0, channels: 0, requests: 0, bytesSent: 0, bytesReceived: 0 },
  journal: undefined,
})

describe('a message', () => {
  test('says how many hosts, and equal failures once', () => {
    const summary = summaryOf(started, ended(2), 'bastion')
    expect(summary).toMatchObject({
      ...{ run: 'r1', exitCode: 2, controller: 'bastion' },
      hosts: { all: 3, changed: 1, failed: 2, unreachable: 0 },
      failures: [{ hosts: ['web01', 'web02'], task: 'copy', hint: 'make room' }],
    })
  })

  test('of Slack calls nobody, whatever a host printed', () => {
    const { text: said } = slackMessage(summaryOf(started, ended(2), 'bastion'))
    expect(said).toBe(
      [
        ':x: *site.yaml* ended with 2 in 12 s on 3 hosts: 1 changed, 2 failed, 0 unreachable',
        "• failed on web[01-02] at 'copy': web01: &lt;!channel&gt; no space",
        'run r1 on bastion',
      ].join('\n'),
    )
    const many = Array.from({ length: 9 }, (_, index) => ({ ...failed('web01'), task: `task ${index}` }))
    expect(slackMessage(summaryOf(started, ended(2, many), 'b')).text).toContain('• and 4 more')
    expect(slackMessage(summaryOf(started, ended(0, []), 'b')).text).toContain(
      ':white_check_mark: *site.yaml* done',
    )
  })
})

describe('a webhook', () => {
  let server: Server
  let address: string
  let answers: number[]
  let got: { path: string | undefined; body: unknown }[]
  beforeEach(async () => {
    answers = []
    got = []
    server = createServer(async (request, response) => {
      got.push({ path: request.url, body: JSON.parse(await text(request)) })
      response.writeHead(answers.shift() ?? 200).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/sesame`
  })
  afterEach(() => new Promise((resolve) => server.close(resolve)))

  test('is told the summary when the run has ended, and nothing before', async () => {
    const warn = vi.fn()
    const listen = notifying([readWebhook(address), readWebhook(`slack+${address}`)], warn, {})
    listen(started)
    expect(got).toEqual([])
    listen(ended(0, []))
    await vi.waitFor(() => expect(got).toHaveLength(2))
    expect(got.map(({ path }) => path)).toEqual(['/services/T0/sesame', '/services/T0/sesame'])
    expect(got.map(({ body }) => body)).toContainEqual({ text: expect.stringContaining('*site.yaml* done') })
    expect(got.map(({ body }) => body)).toContainEqual(expect.objectContaining({ run: 'r1', exitCode: 0 }))
    expect(warn).not.toHaveBeenCalled()
  })

  test("is tried again after the server's own faults, not after a refusal", async () => {
    answers = [500, 429]
    await postJson(new Secret(address), {}, {}, 1)
    expect(got).toHaveLength(3)
    answers = [404]
    await expect(postJson(new Secret(address), {}, {}, 1)).rejects.toThrow(
      /^127\.0\.0\.1:\d+ did not take the notification: HTTP 404$/,
    )
    expect(got).toHaveLength(4)
  })

  test('is never shown: neither by a failure nor by a mistake', async () => {
    answers = [403]
    const warn = vi.fn()
    const listen = notifying([readWebhook(address)], warn, {})
    listen(started)
    listen(ended(0, []))
    await vi.waitFor(() => expect(warn).toHaveBeenCalled())
    expect(warn.mock.calls[0]![0]).toMatch(
      /^warning: 127\.0\.0\.1:\d+ did not take the notification: HTTP 403$/,
    )
    for (const wrong of ['sesame', 'ftp://x/sesame', 'slack+sesame'])
      expect(() => readWebhook(wrong)).toThrow(/^a webhook is a web address like/)
  })

  test('is named on the command line or in the environment, all mistakes at once', () => {
    expect(readWebhooks(['https://a/x'], ' https://b/y\nslack+https://c/z ').map(({ form }) => form)).toEqual(
      ['json', 'json', 'slack'],
    )
    const problems = (() => {
      try {
        return readWebhooks(['sesame'], 'sesame')
      } catch (error) {
        return (error as InputError).problems.map(({ message }) => message)
      }
    })()
    expect(problems).toEqual([
      '--notify: a webhook is a web address like https://hooks.slack.com/services/...',
      'MUSTER_NOTIFY: a webhook is a web address like https://hooks.slack.com/services/...',
    ])
  })

  test('is reached through the proxy of the environment', async () => {
    const proxy = new URL(address)
    await postJson(new Secret('http://chat.example/hook'), { a: 1 }, { http_proxy: proxy.origin }, 1)
    expect(got).toEqual([{ path: 'http://chat.example/hook', body: { a: 1 } }])
  })
})
