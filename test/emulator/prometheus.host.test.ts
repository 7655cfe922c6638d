import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { administrator, clients } from './clients.ts'
import { signedFetch } from './remote-write.ts'

const ARTIFACTS = process.env['MUSTER_ARTIFACTS']
const waiting = { timeout: 60_000, interval: 200 }

/** Needs Prometheus itself: `prometheus-<version>.linux-amd64.tar.xz` in the folder that MUSTER_ARTIFACTS names. */
describe.skipIf(ARTIFACTS === undefined)('a real Prometheus', () => {
  let cloud: Cloud
  let folder: string
  let program: string
  const children: ChildProcess[] = []

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-prometheus-'))
    const archive = (await readdir(ARTIFACTS!)).find((name) => /^prometheus-3.*\.linux-amd64\.tar/.test(name))
    await promisify(execFile)('tar', [
      '-xf',
      join(ARTIFACTS!, archive!),
      '-C',
      folder,
      '--strip-components=1',
    ])
    program = join(folder, 'prometheus')
  })
  afterEach(async () => {
    for (const child of children.splice(0)) {
      const exit = once(child, 'exit')
      // Not TERM: it would go on trying to deliver for a minute.
      child.kill('SIGKILL')
      await exit
    }
    await cloud.close()
    await rm(folder, { recursive: true })
  })

  /** An agent that scrapes itself and writes to the workspace. */
  async function startAgent(workspace: string, secret: string): Promise<void> {
    const port = await freePort()
    const { accessKeyId } = administrator(cloud)
    const config = {
      global: { scrape_interval: '1s' },
      scrape_configs: [{ job_name: 'self', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
      remote_write: [
        {
          url: `${cloud.url()}/workspaces/${workspace}/api/v1/remote_write`,
          sigv4: { region: 'eu-central-1', access_key: accessKeyId, secret_key: secret },
        },
      ],
    }
    const file = join(folder, 'agent.yml')
    await writeFile(file, JSON.stringify(config))
    start(
      `--agent`,
      `--config.file=${file}`,
      `--storage.agent.path=${join(folder, 'wal')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    )
  }

  function start(...words: readonly string[]): void {
    children.push(spawn(program, words, { stdio: 'ignore' }))
  }

  async function ask(
    workspace: string,
    query: string,
  ): Promise<{ data: { result: { value: [number, string] }[] } }> {
    const url = `${cloud.url()}/workspaces/${workspace}/api/v1/query?query=${encodeURIComponent(query)}`
    const answer = await signedFetch(url, administrator(cloud))
    return (await answer.json()) as Awaited<ReturnType<typeof ask>>
  }

  it('writes with its own signatures, and is refused with a wrong secret', async () => {
    cloud = await startCloud()
    const { workspaceId } = await clients(cloud).amp.send(new CreateWorkspaceCommand({}))
    await startAgent(workspaceId!, 'wrong')
    await vi.waitFor(
      () =>
        expect(cloud.requests().at(-1)).toMatchObject({
          operation: 'aps:RemoteWrite',
          status: 403,
          error: 'signature',
        }),
      waiting,
    )
    expect(cloud.inspect.series(workspaceId!)).toEqual([])
    const [refused] = children
    const exit = once(refused!, 'exit')
    refused!.kill('SIGKILL')
    await exit
    children.pop()

    await startAgent(workspaceId!, administrator(cloud).secretAccessKey)
    await vi.waitFor(async () => {
      const { data } = await ask(workspaceId!, 'up{job="self"}')
      expect(data.result.map(({ value }) => value[1])).toEqual(['1'])
    }, waiting)
    const { data } = await ask(workspaceId!, 'max(timestamp(up))')
    expect(Math.abs(Number(data.result[0]!.value[1]) - Date.now() / 1000)).toBeLessThan(60)
  })

  it('stands behind the data plane when it is told of one', async () => {
    const port = await freePort()
    const prometheus = `http://127.0.0.1:${port}`
    await writeFile(join(folder, 'server.yml'), '{}')
    start(
      `--config.file=${join(folder, 'server.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
    )
    await vi.waitFor(async () => expect((await fetch(`${prometheus}/-/ready`)).status).toBe(200), waiting)
    cloud = await startCloud({ prometheus })
    const { workspaceId } = await clients(cloud).amp.send(new CreateWorkspaceCommand({}))
    await startAgent(workspaceId!, administrator(cloud).secretAccessKey)
    await vi.waitFor(async () => {
      const { data } = await ask(
        workspaceId!,
        'count by (job) (rate(prometheus_http_requests_total[1m]) >= 0)',
      )
      expect(data.result.length).toBe(1)
    }, waiting)
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
