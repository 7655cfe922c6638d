import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'

/** The machine's Chromium; undefined where there is none. */
export const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
)

/** A browser with one page. By its own protocol: what drives browsers for npm brings a browser or a hundred megabytes. */
export interface Browser extends AsyncDisposable {
  open(address: URL): Promise<void>
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>
}

interface Answer {
  readonly id?: number
  readonly result?: { readonly result?: { readonly value?: unknown } }
}

/** Starts Chromium without a window. */
export async function startChromium(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'muster-chromium-'))
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync']
  const child = spawn(
    chromium!,
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', ...quiet],
      ...[`--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank'],
    ],
    { stdio: 'ignore' },
  )
  const port = await vi.waitFor(
    async () => Number((await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n')[0]),
    { timeout: 30_000, interval: 100 },
  )
  const page = await vi.waitFor(
    async () => {
      const pages = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
        readonly type: string
        readonly webSocketDebuggerUrl: string
      }[]
      return pages.find(({ type }) => type === 'page')!.webSocketDebuggerUrl
    },
    { timeout: 30_000, interval: 100 },
  )
  const socket = new WebSocket(page)
  const waiting = new Map<number, (answer: Answer) => void>()
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer)
  })
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
  let last = 0
  const ask = (method: string, params: object): Promise<Answer> => {
    last += 1
    const id = last
    socket.send(JSON.stringify({ id, method, params }))
    return new Promise((resolve) => waiting.set(id, resolve))
  }
  return {
    open: async (address) => void (await ask('Page.navigate', { url: address.href })),
    evaluate: async (expression) => {
      const { result } = await ask('Runtime.evaluate', { expression, returnByValue: true })
      return result?.result?.value
    },
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve))
      socket.close()
      child.kill('SIGKILL')
      await ended
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
