import { accessSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { CreateWorkspaceCommand } from '@aws-sdk/client-amp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import type { DoctorRow } from '../../src/report/doctor.ts'
import { clients } from '../emulator/clients.ts'
import { RunningMuster } from '../run/muster.ts'

// Hosts are this machine. Real hosts: test/cli/doctor.host.test.ts.

let folder: string
let cloud: Cloud
let portal: Server

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-doctor-'))
  cloud = await startCloud()
  // What a hotel's portal does: answers everything.
  portal = createServer((_, response) => response.end('<html>Welcome</html>'))
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  portal.close()
  await cloud.close()
  await rm(folder, { recursive: true, force: true })
})

const SERVICES = ['ssm', 'ssmmessages', 'ec2messages', 'aps-workspaces']
/** The programs without which nothing can be looked at. */
const BASICS = [
  'awk',
  'cat',
  'date',
  'df',
  'env',
  'getent',
  'grep',
  'head',
  'id',
  'rm',
  'sed',
  'sh',
  'ss',
  'tr',
]

/** A folder with these programs of the machine, for PATH. */
async function programs(...names: readonly string[]): Promise<string> {
  const path = await mkdtemp(join(folder, 'bin-'))
  for (const name of [...BASICS, ...names]) {
    const found = (process.env['PATH'] ?? '')
      .split(delimiter)
      .map((directory) => join(directory, name))
      .find((file) => {
        try {
          accessSync(file)
          return true
        } catch {
          return false
        }
      })
    if (found !== undefined) await symlink(found, join(path, name))
  }
  return path
}

interface Options {
  readonly endpoints?: Readonly<Record<string, string>>
  readonly environment?: Readonly<Record<string, string>>
  readonly variables?: Readonly<Record<string, unknown>>
  readonly words?: readonly string[]
}

async function doctor({
  endpoints = {},
  environment = {},
  variables = {},
  words = ['--json'],
}: Options = {}) {
  await mkdir(join(folder, 'inventory'), { recursive: true })
  const inventory = join(folder, 'inventory/hosts.yaml')
  const vars = {
    muster_region: 'eu-central-1',
    muster_role: 'muster-node',
    muster_workspace: 'fleet',
    ansible_connection: 'local',
    ansible_become: false,
    muster_endpoints: {
      ...Object.fromEntries(SERVICES.map((service) => [service, cloud.url()])),
      ...endpoints,
    },
    ...variables,
  }
  await writeFile(inventory, JSON.stringify({ all: { vars, hosts: { web01: {} } } }))
  const ended = await new RunningMuster(['doctor', '-i', inventory, ...words], {
    environment: { ...cloud.environment(), XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder, ...environment },
  }).ended
  const told = ended.stdout.startsWith('{')
    ? (JSON.parse(ended.stdout) as { findings: DoctorRow[] })
    : undefined
  return {
    ...ended,
    rows: told?.findings ?? [],
    of: (check: string, where = 'web01') =>
      told?.findings.find((row) => row.check === check && row.where === where),
  }
}

describe('muster doctor, from a host', () => {
  test('finds AWS, through a name, TCP and HTTP, and tells which of them does not hold', async () => {
    const { of, code } = await doctor({
      endpoints: {
        ssm: `http://localhost:${cloud.port}`,
        ssmmessages: 'https://nowhere.invalid',
        ec2messages: 'http://127.0.0.1:1',
        'aps-workspaces': `https://127.0.0.1:${cloud.port}`,
        kms: `http://127.0.0.1:${(portal.address() as AddressInfo).port}`,
      },
    })
    expect(of('ssm')).toMatchObject({ status: 'ok', found: expect.stringContaining('answers as AWS does') })
    expect(of('ssmmessages')).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('the name nowhere.invalid does not resolve'),
      next: expect.stringContaining('/etc/resolv.conf'),
    })
    expect(of('ec2messages')).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('no TCP connection to 127.0.0.1 (127.0.0.1) port 1'),
      next: expect.stringContaining('firewall'),
    })
    expect(of('aps-workspaces')).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('TLS with 127.0.0.1 fails'),
      next: expect.stringContaining('muster_ca_file'),
    })
    expect(of('kms')).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('answers with HTTP 200, and not as AWS does'),
    })
    expect(code).toBe(2)
  })

  const tools: readonly (readonly [string, readonly string[], RegExp, RegExp])[] = [
    ['wget', ['wget'], /^http:.* answers as AWS does$/, /^no TCP connection to 127.0.0.1 .*refused/],
    [
      'bash',
      ['bash', 'timeout'],
      /^not checked: .* takes connections; TLS and HTTP need/,
      /^no TCP connection/,
    ],
    ['nothing', [], /^not checked: no curl, wget, openssl or bash/, /^not checked: no curl/],
  ]
  test.each(tools)('with %s alone it says what that can tell', async (_, names, good, bad) => {
    const environment = { PATH: await programs(...names) }
    const { of } = await doctor({ environment, endpoints: { ec2messages: 'http://127.0.0.1:1' } })
    expect(of('ssm')?.found).toMatch(good)
    expect(of('ec2messages')?.found).toMatch(bad)
  })

  test('with openssl alone it judges the certificate', async () => {
    const environment = { PATH: await programs('openssl', 'timeout', 'bash') }
    const { of } = await doctor({ environment, endpoints: { ssm: `https://127.0.0.1:${cloud.port}` } })
    expect(of('ssm')).toMatchObject({ status: 'failed' })
  })

  test('a proxy is told without its password, wherever it is set', async () => {
    const { of, stdout } = await doctor({ environment: { http_proxy: 'http://me:hunter2@127.0.0.1:1' } })
    expect(of('ssm')).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('is not reached through the proxy http://127.0.0.1:1'),
    })
    expect(stdout).not.toContain('hunter2')
  })

  test('a port that somebody else listens on', async () => {
    const { port } = portal.address() as AddressInfo
    const { of } = await doctor({ variables: { doctor_ports: [port] } })
    expect(of('ports')).toMatchObject({
      status: 'failed',
      found: expect.stringMatching(new RegExp(`^port ${port}, .* is taken by .*\\(process ${process.pid}`)),
    })
  })

  test('changes nothing and writes no journal', async () => {
    await doctor()
    await expect(
      import('node:fs/promises').then((fs) => fs.readdir(join(folder, 'muster'))),
    ).rejects.toThrow()
    expect(
      Object.keys(cloud.counts()).filter((operation) => !/:(?:Get|List|Describe|-)/.test(operation)),
    ).toEqual(['-'].filter((name) => name in cloud.counts()))
  })
})

describe('muster doctor, from the controller', () => {
  test('says whose the credentials are, and what is there', async () => {
    const { of } = await doctor()
    expect(of('sts', 'controller')).toMatchObject({
      status: 'ok',
      found: expect.stringContaining('administrator'),
    })
    expect(of('role', 'controller')?.found).toContain('the playbooks make it')
    expect(of('workspace', 'controller')?.found).toContain('the playbooks make it')
  })

  test('a workspace that is there is asked a query', async () => {
    await clients(cloud).amp.send(new CreateWorkspaceCommand({ alias: 'fleet' }))
    const { of } = await doctor()
    expect(of('workspace', 'controller')?.found).toContain('is ACTIVE')
    expect(of('aps-workspaces', 'controller')).toMatchObject({ status: 'ok' })
  })

  test('what is not allowed is told by its action, and the hosts are looked at all the same', async () => {
    const { of, code } = await doctor({ environment: cloud.userEnvironment('nobody', []) })
    expect(of('ssm', 'controller')).toMatchObject({
      status: 'failed',
      next: expect.stringContaining('these credentials need ssm:DescribeInstanceInformation'),
    })
    expect(of('workspace', 'controller')?.next).toContain('aps:ListWorkspaces')
    expect(of('ssm')?.status).toBe('ok')
    expect(code).toBe(2)
  })

  test('wrong credentials and nobody there', async () => {
    const wrong = await doctor({ environment: { AWS_SECRET_ACCESS_KEY: 'wrong' } })
    expect(wrong.of('sts', 'controller')?.next).toContain('AWS_SECRET_ACCESS_KEY')
    expect(wrong.rows.filter(({ where }) => where === 'controller')).toHaveLength(1)
    const nobody = await doctor({
      environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' },
    })
    expect(nobody.of('sts', 'controller')?.found).toContain('ECONNREFUSED (127.0.0.1:1)')
  })

  test('as a table what is well is only counted', async () => {
    const { stdout } = await doctor({ endpoints: { ssm: 'http://127.0.0.1:1' }, words: [] })
    expect(stdout).toMatch(/^WHERE +CHECK +RESULT +FOUND\n/)
    expect(stdout).toMatch(/^web01 +ssm +failed +no TCP connection .*\n {4}-> let the firewall/m)
    expect(stdout).not.toContain('the playbooks make it')
    expect(stdout).toMatch(/0 of 1 hosts ready; \d+ looks found nothing wrong \(-v shows them\)\n$/)
  })
})

describe('muster doctor, by the variables of the way to AWS', () => {
  test('a proxy, as the agent will have it; private endpoints are asked past it', async () => {
    const { of } = await doctor({
      variables: { muster_proxy: 'http://me:hunter2@127.0.0.1:1' },
      endpoints: { ssm: cloud.url() },
    })
    expect(of('proxy')?.found).toBe('http://127.0.0.1:1, from muster_proxy')
    expect(of('ssm')?.status).toBe('ok')
  })

  test('mistakes in them are told', async () => {
    const { of } = await doctor({ variables: { muster_proxy: 'nonsense' } })
    expect(of('look')?.found).toContain('a proxy in muster_proxy is http://HOST:PORT')
  })
})
