import { describe, expect, test, vi } from 'vitest'
import { readWebAddress, webReport } from '../../../src/report/web/server.ts'
import type { Listener, RunEvent } from '../../../src/run/record/events.ts'
import { hostileRun } from '../afterwards/stories.ts'
import { chromium, startChromium } from './chromium.ts'

const events = (): RunEvent[] => hostileRun()
const isEnd = ({ type }: RunEvent) => type === 'run-ended'

/** A page that is served, with what it was told so far. */
async function served(linger = 200): Promise<{ listen: Listener; address: URL; at: (path: string) => URL }> {
  const announce = vi.fn()
  const listen = await webReport({ host: '127.0.0.1', port: 0 }, announce, linger)
  const address = new URL(announce.mock.calls[0]![0])
  return {
    listen,
    address,
    at: (path) => {
      const url = new URL(path, address)
      url.search = address.search
      return url
    },
  }
}

/** The lines of data of an event stream until its `count`th. */
async function read(url: URL, count: number): Promise<{ readonly type: string }[]> {
  const answer = await fetch(url)
  let text = ''
  for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += part
    const told = [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!))
    if (told.length >= count) return told
  }
  throw new Error(`the stream ended after ${text.length} characters`)
}

describe('a run in the browser', () => {
  test('is for those who have the token, and there is nothing to do', async () => {
    const { listen, address, at } = await served()
    const bare = (path: string, token?: string) => {
      const url = new URL(path, address)
      url.search = token === undefined ? '' : `?token=${token}`
      return url
    }
    for (const path of ['/', '/events', '/report', '/live.js', '/seen'])
      for (const token of [undefined, '', 'x'.repeat(32)])
        expect((await fetch(bare(path, token))).status, path).toBe(403)
    expect((await fetch(at('/'))).status).toBe(200)
    expect((await fetch(at('/other'))).status).toBe(404)
    expect((await fetch(at('/'), { method: 'POST' })).status).toBe(404)
    for (const event of events()) listen(event)
  })

  test('lets no script run that is not its own, and shows no address to others', async () => {
    const { listen, at } = await served()
    const answer = await fetch(at('/'))
    const policy = answer.headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    const [, nonce] = /script-src 'nonce-([\w-]+)'/.exec(policy)!
    expect(await answer.text()).toContain(`<script nonce="${nonce}" src="live.js?token=`)
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    for (const event of events()) listen(event)
  })

  test('tells those who come late everything, results and diffs aside', async () => {
    const { listen, at } = await served()
    const all = events()
    for (const event of all.slice(0, 4)) listen(event)
    const told = await read(at('/events'), 4)
    expect(told.map(({ type }) => type)).toEqual(all.slice(0, 4).map(({ type }) => type))
    expect(told.some((event) => 'result' in event || 'diff' in event)).toBe(false)
    const report = await fetch(at('/report'))
    expect(await report.text()).toContain('<h1>muster apply')
    for (const event of all.slice(4)) listen(event)
  })

  test('is served until open pages have the report, and no longer', async () => {
    const { listen, at } = await served(60_000)
    const all = events()
    const stream = read(at('/events'), all.length)
    for (const event of all.filter((event) => !isEnd(event))) listen(event)
    // Whoever asks twice is one page: it is there before the end.
    await vi.waitFor(async () => expect((await fetch(at('/report'))).status).toBe(200))
    listen(all.find(isEnd)!)
    expect((await stream).at(-1)).toMatchObject({ type: 'run-ended' })
    const report = await fetch(at('/report'))
    expect(await report.text()).not.toContain('running')
    expect((await fetch(at('/seen'), { method: 'POST' })).status).toBe(204)
    await vi.waitFor(() => expect(fetch(at('/'))).rejects.toThrow('fetch failed'))
  })

  test.each([
    ['', { host: '127.0.0.1', port: 0 }],
    [':8080', { host: '127.0.0.1', port: 8080 }],
    ['0.0.0.0:8080', { host: '0.0.0.0', port: 8080 }],
    ['bastion', { host: 'bastion', port: 0 }],
    ['[::1]:80', { host: '::1', port: 80 }],
  ])('is served at %j: %j', (written, expected) => {
    expect(readWebAddress(written)).toEqual(expected)
  })

  test.each([':65536', 'a b', '1:2:3', 'http://x'])('refuses %j as an address', (written) => {
    expect(() => readWebAddress(written)).toThrow('is no address to serve at')
  })

  // Needs a browser of the machine: no package of npm brings one.
  test.skipIf(chromium === undefined)(
    'is drawn by a browser, and is the report at the end',
    async () => {
      await using browser = await startChromium()
      const { listen, address, at } = await served(60_000)
      const all = events()
      for (const event of all.filter((event) => !isEnd(event))) listen(event)
      await browser.open(address)
      const shown = () => browser.evaluate('document.documentElement.outerHTML')
      await vi.waitFor(
        async () => expect(await shown()).toMatch(/<li data-host="web03"[^>]*class="failed"/),
        20_000,
      )
      // What a host printed is text there, and turns nothing around.
      expect(await browser.evaluate('document.images.length')).toBe(0)
      expect(await shown()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
      listen(all.find(isEnd)!)
      await vi.waitFor(async () => expect(await shown()).toContain('hosts by time'), 20_000)
      expect(await browser.evaluate('document.querySelector("h1").textContent')).toContain('muster apply')
      await vi.waitFor(() => expect(fetch(at('/'))).rejects.toThrow('fetch failed'))
    },
    60_000,
  )
})
