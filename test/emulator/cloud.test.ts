import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateWorkspaceCommand, ListWorkspacesCommand } from '@aws-sdk/client-amp'
import { ListRolesCommand } from '@aws-sdk/client-iam'
import {
  CreateActivationCommand,
  DescribeActivationsCommand,
  SSMClient,
  UpdateServiceSettingCommand,
} from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { Agent } from './agent.ts'
import { clients } from './clients.ts'
import { heartbeat } from './heartbeat.ts'
import { makeRole } from './role.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-cloud-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('a cloud with a state file', () => {
  it('is the same after a restart: keys, roles, activations and nodes', async () => {
    const stateFile = join(folder, 'state.json')
    const before = await startCloud({ stateFile })
    const { ssm, iam, amp } = clients(before)
    await makeRole(iam, 'node')
    const activation = await ssm.send(new CreateActivationCommand({ IamRole: 'node', RegistrationLimit: 2 }))
    await amp.send(new CreateWorkspaceCommand({ alias: 'fleet' }))
    const agent = new Agent(before)
    await agent.register(activation)
    const token = await agent.token()
    const environment = before.environment()
    await before.close()

    const after = await startCloud({ stateFile, port: before.port })
    try {
      expect(after.environment()).toEqual(environment)
      await heartbeat(agent, {}, token)
      expect((await new Agent(after).register(activation)).status).toBe(200)
      expect((await new Agent(after).register(activation)).body['__type']).toBe('RegistrationLimitExceeded')
      const again = clients(after)
      expect((await again.iam.send(new ListRolesCommand({}))).Roles!.map(({ RoleName }) => RoleName)).toEqual(
        ['node'],
      )
      expect(
        (await again.amp.send(new ListWorkspacesCommand({}))).workspaces!.map(({ alias }) => alias),
      ).toEqual(['fleet'])
    } finally {
      await after.close()
    }
    expect((await stat(stateFile)).mode & 0o777).toBe(0o600)
    expect(await readFile(stateFile, 'utf8')).not.toContain(activation.ActivationCode)
  })

  it('has written a change down before it answers', async () => {
    const stateFile = join(folder, 'state.json')
    const cloud = await startCloud({ stateFile })
    try {
      const { iam } = clients(cloud)
      await Promise.all(Array.from({ length: 20 }, (_, index) => makeRole(iam, `role-${index}`, [])))
      const { roles } = JSON.parse(await readFile(stateFile, 'utf8')) as { roles: { entries: unknown[] } }
      expect(roles.entries.length).toBe(20)
    } finally {
      await cloud.close()
    }
  })

  it('does not start from a file that is no state', async () => {
    const stateFile = join(folder, 'state.json')
    await writeFile(stateFile, '{"half":')
    await expect(startCloud({ stateFile })).rejects.toThrow(
      `${stateFile}: cannot be read as a state file of muster cloud`,
    )
    await writeFile(stateFile, '{}')
    await expect(startCloud({ stateFile })).rejects.toThrow('cannot be read as a state file')
  })
})

describe('the standard tier', () => {
  it('ends at 1,000 hybrid nodes; the advanced one does not', async () => {
    const stateFile = join(folder, 'state.json')
    const before = await startCloud({ stateFile })
    await makeRole(clients(before).iam, 'node')
    const activate = (cloud: Cloud) =>
      clients(cloud).ssm.send(new CreateActivationCommand({ IamRole: 'node', RegistrationLimit: 1000 }))
    await new Agent(before).register(await activate(before))
    await before.close()
    const state = JSON.parse(await readFile(stateFile, 'utf8'))
    const [[, node]] = state.nodes.entries
    state.nodes.entries = Array.from({ length: 1000 }, (_, index) => {
      const id = `mi-${String(index).padStart(17, '0')}`
      return [id, { ...node, id, publicKey: `key ${index}` }]
    })
    await writeFile(stateFile, JSON.stringify(state))

    const cloud = await startCloud({ stateFile })
    try {
      const activation = await activate(cloud)
      expect((await new Agent(cloud).register(activation)).body['__type']).toBe('RegistrationLimitExceeded')
      const SettingId = '/ssm/managed-instance/activation-tier'
      const advanced = new UpdateServiceSettingCommand({ SettingId, SettingValue: 'advanced' })
      await clients(cloud).ssm.send(advanced)
      expect((await new Agent(cloud).register(activation)).status).toBe(200)
    } finally {
      await cloud.close()
    }
  })
})

describe('a cloud', () => {
  it('listens on several addresses with one port, and its variables lead to it', async () => {
    const cloud = await startCloud({ addresses: ['127.0.0.1', '127.0.0.2'] })
    try {
      for (const hostname of ['127.0.0.1', '127.0.0.2']) {
        for (const [name, value] of Object.entries(cloud.environment(hostname))) vi.stubEnv(name, value)
        expect(process.env['AWS_ENDPOINT_URL']).toBe(`http://${hostname}:${cloud.port}`)
        const answer = await new SSMClient().send(new DescribeActivationsCommand({}))
        expect(answer.ActivationList).toEqual([])
      }
    } finally {
      await cloud.close()
    }
  })

  it('says that a port is taken', async () => {
    const cloud = await startCloud()
    try {
      await expect(startCloud({ port: cloud.port })).rejects.toThrow('EADDRINUSE')
    } finally {
      await cloud.close()
    }
  })

  it('counts what is asked of it, refusals too', async () => {
    const cloud = await startCloud()
    try {
      const { ssm } = clients(cloud)
      await ssm.send(new DescribeActivationsCommand({}))
      await ssm.send(new CreateActivationCommand({ IamRole: 'none' })).catch(() => undefined)
      await fetch(cloud.url())
      expect(cloud.counts()).toEqual({ '-': 1, 'ssm:CreateActivation': 1, 'ssm:DescribeActivations': 1 })
      expect(
        cloud
          .requests()
          .map(({ operation, principal, status, error }) => [operation, principal, status, error]),
      ).toEqual([
        ['ssm:DescribeActivations', 'administrator', 200, null],
        ['ssm:CreateActivation', 'administrator', 400, 'ValidationException'],
        ['-', 'anonymous', 404, 'unknown-operation'],
      ])
    } finally {
      await cloud.close()
    }
  })
})
