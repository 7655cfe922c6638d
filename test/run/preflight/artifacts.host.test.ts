import { execFileSync } from 'node:child_process'
import { createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildAgentDeb } from '../../agent/build-agent-deb.ts'
import { sha256 } from '../../artifacts/lab.ts'
import { startHosts, type TestHosts } from '../../hosts/index.ts'
import { RunningMuster, summaryOf } from '../muster.ts'

const PLAYBOOK = `- hosts: all
  gather_facts: false
  become: true
  vars: { artifacts_file: artifacts.yaml }
  tasks:
    - package: { name: amazon-ssm-agent, deb: "{{ artifacts['amazon-ssm-agent'].path }}" }
    - unarchive:
        src: "{{ artifacts.tool.path }}"
        dest: /opt
        creates: "/opt/tool-{{ artifacts.tool.version }}/tool"
`

let folder: string
let hosts: TestHosts
/** What this machine and the hosts asked for: `ADDRESS PATH`. */
const asked: string[] = []
const server = createServer((request, response) => {
  asked.push(`${request.socket.remoteAddress} ${request.url}`)
  createReadStream(join(folder, 'releases', request.url ?? ''))
    .on('error', () => response.writeHead(404).end())
    .pipe(response)
})

const muster = (...words: string[]) =>
  new RunningMuster(words, { cwd: folder, environment: { XDG_STATE_HOME: join(folder, 'state') } }).ended
const apply = () => muster('apply', 'play.yaml', '-i', hosts.inventoryFile, '--json')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-artifacts-host-'))
  const releases = join(folder, 'releases')
  const agent = await buildAgentDeb()
  mkdirSync(join(folder, 'tool-1.2'))
  mkdirSync(releases)
  writeFileSync(join(folder, 'tool-1.2/tool'), '#!/bin/sh\necho tool 1.2\n', { mode: 0o755 })
  execFileSync('tar', ['-C', folder, '-czf', join(releases, 'tool-1.2.tar.gz'), 'tool-1.2'])
  const deb = readFileSync(agent.path)
  writeFileSync(join(releases, 'amazon-ssm-agent.deb'), deb)
  const sums = [
    `${sha256(deb)}  amazon-ssm-agent.deb`,
    `${sha256(readFileSync(join(releases, 'tool-1.2.tar.gz')))} *tool-1.2.tar.gz`,
  ]
  writeFileSync(join(releases, 'SHA256SUMS'), `${sums.join('\n')}\n`)
  hosts = await startHosts(1)
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const { port } = server.address() as AddressInfo
  // Lists come from this machine itself, since this server has no certificate; hosts reach it at the gateway.
  const product = (name: string, version: string, file: string, delivery: string) =>
    `${name}:\n  version: ${version}\n  delivery: ${delivery}\n  checksums: http://127.0.0.1:${port}/SHA256SUMS\n  files:\n    - for: linux/amd64\n      url: http://${hosts.gateway}:${port}/${file}\n`
  writeFileSync(
    join(folder, 'artifacts.yaml'),
    `# pins\n${product('amazon-ssm-agent', agent.version, 'amazon-ssm-agent.deb', 'push')}${product('tool', '1.2', 'tool-{version}.tar.gz', 'url')}`,
  )
  writeFileSync(join(folder, 'play.yaml'), PLAYBOOK)
})
afterAll(async () => {
  server.close()
  await hosts.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('before "artifacts fetch" a run is refused without any connection', async () => {
  const ended = await apply()
  expect(ended.code).toBe(1)
  expect(ended.stderr).toMatch(
    /no sha256 is locked for artifact 'amazon-ssm-agent'\n {2}hint: muster artifacts fetch amazon-ssm-agent/,
  )
  expect(ended.stderr).toMatch(/no sha256 is locked for artifact 'tool'/)
  expect(ended.events).toEqual([])
})

test('fetched, one is sent and the other is fetched by the host; both are installed', async () => {
  const fetched = await muster('artifacts', 'fetch')
  expect(fetched.stdout).toMatch(/2 of 2 files there; 2 checksums locked in .*artifacts\.yaml/)
  asked.length = 0
  const ended = await apply()
  expect(summaryOf(ended)).toMatchObject({ exitCode: 0, failures: [] })
  const [host] = hosts.hosts
  expect(await host!.sh('/opt/tool-1.2/tool; dpkg-query -W amazon-ssm-agent')).toMatch(
    /^tool 1\.2\namazon-ssm-agent\t/,
  )
  expect(asked.map((each) => each.split(' ')[1])).toEqual(['/tool-1.2.tar.gz'])
  // Nothing stays behind.
  expect(await host!.sh('ls -A /var/tmp')).not.toMatch(/muster/)
})

test('a second run changes nothing, in one request, and nobody fetches anything', async () => {
  asked.length = 0
  const ended = await apply()
  expect(summaryOf(ended)).toMatchObject({
    exitCode: 0,
    recap: { host1: { ok: 1, skipped: 1, changed: 0, failed: 0 } },
    cost: { handshakes: 1, requests: 1 },
  })
  expect(asked).toEqual([])
})

test('what the host fetches must be what is locked', async () => {
  const [host] = hosts.hosts
  await host!.sh('rm -rf /opt/tool-1.2')
  writeFileSync(join(folder, 'releases/tool-1.2.tar.gz'), 'another build')
  const ended = await apply()
  expect(ended.code).toBe(2)
  expect(summaryOf(ended).failures[0]?.message).toMatch(
    /tool-1\.2\.tar\.gz has sha256 [0-9a-f]{64}, not [0-9a-f]{64}/,
  )
  expect(await host!.sh('ls /opt; ls -A /var/tmp')).not.toMatch(/tool|muster/)
})

test('a file that was damaged on the controller stops the run before the first connection', async () => {
  writeFileSync(join(folder, 'artifacts/tool/1.2/linux-amd64/tool-1.2.tar.gz'), 'damaged')
  const ended = await apply()
  expect(ended.code).toBe(1)
  expect(ended.stderr).toMatch(/artifact 'tool': .*tool-1\.2\.tar\.gz has sha256/)
  expect(ended.events).toEqual([])
})
