import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActivation, deleteActivation, listActivations } from '../../src/aws/activations.ts'
import type { AwsClients } from '../../src/aws/clients.ts'
import { AwsFailure } from '../../src/aws/errors.ts'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { clients as sdkClients } from '../emulator/clients.ts'
import { makeRole } from '../emulator/role.ts'
import { clientsFor, fakeClock } from './support.ts'

let cloud: Cloud
let clients: AwsClients

beforeEach(async () => {
  cloud = await startCloud()
  clients = clientsFor(cloud)
  await makeRole(sdkClients(cloud).iam, 'node')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})

const request = (more: object = {}) => ({
  role: 'node',
  limit: 3,
  expires: new Date(Date.now() + 600_000),
  tags: { 'muster:run': 'r1' },
  ...more,
})

describe('createActivation', () => {
  it('makes one as asked, its code a Secret', async () => {
    const made = await createActivation(clients, request({ description: 'batch 1', instanceName: 'web' }))
    expect(made.code.revealText()).toMatch(/^.{20,}$/)
    expect(inspect(made) + JSON.stringify(made)).not.toContain(made.code.revealText())
    expect(cloud.inspect.activations()).toEqual([
      expect.objectContaining({
        id: made.id,
        limit: 3,
        description: 'batch 1',
        defaultInstanceName: 'web',
        tags: { 'muster:run': 'r1' },
      }),
    ])
  })

  it('waits for a role that IAM has not spread yet', async () => {
    cloud.settings.iamDelay = 3600
    const clock = fakeClock((now) => {
      if (now > 10_000) cloud.settings.iamDelay = 0
    })
    await createActivation(clients, request(), { clock })
    expect(clock.slept.length).toBeGreaterThan(2)
    expect(cloud.counts()['ssm:CreateActivation']).toBe(clock.slept.length + 1)
    expect(cloud.inspect.activations().length).toBe(1)
  })

  it('gives up on a missing role after two minutes, and says what is needed', async () => {
    const clock = fakeClock()
    const failure = await createActivation(clients, request({ role: 'nobody' }), { clock }).catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(AwsFailure)
    expect(failure).toMatchObject({
      message: expect.stringContaining(
        'cannot create an activation for role nobody: Validation: Nonexistent role',
      ),
      hint: expect.stringContaining('trust ssm.amazonaws.com'),
    })
    expect(clock.now()).toBeGreaterThan(90_000)
    expect(clock.now()).toBeLessThanOrEqual(120_000)
  })

  it('does not try again what will stay wrong', async () => {
    const clock = fakeClock()
    await expect(createActivation(clients, request({ limit: 1001 }), { clock })).rejects.toMatchObject({
      code: 'Validation',
    })
    expect(clock.slept).toEqual([])
  })

  it('stops when it is told to', async () => {
    const controller = new AbortController()
    const clock = fakeClock(() => controller.abort(new Error('enough')))
    const made = createActivation(clients, request({ role: 'nobody' }), { clock, signal: controller.signal })
    await expect(made).rejects.toThrow('enough')
    expect(cloud.counts()['ssm:CreateActivation']).toBe(1)
  })
})

describe('deleteActivation', () => {
  it('deletes once and is content the second time', async () => {
    const { id } = await createActivation(clients, request())
    expect(await deleteActivation(clients, id)).toBe(true)
    expect(await deleteActivation(clients, id)).toBe(false)
    expect(await deleteActivation(clients, 'no id')).toBe(false)
    expect(cloud.inspect.activations()).toEqual([])
  })

  it('tells when it may not', async () => {
    const denied = clientsFor(cloud, { AWS_SECRET_ACCESS_KEY: 'wrong' })
    await expect(deleteActivation(denied, 'x')).rejects.toMatchObject({ code: 'InvalidSignature' })
  })
})

describe('listActivations', () => {
  it('reads all pages and keeps those with the tags', async () => {
    const runs = ['r1', 'r1', 'r2']
    for (const run of runs)
      await createActivation(clients, request({ tags: { 'muster:run': run, app: 'muster' } }))
    for (let index = 0; index < 50; index++) await createActivation(clients, request({ tags: {} }))
    const found = await listActivations(clients, { 'muster:run': 'r1', app: 'muster' })
    expect(found.map(({ tags }) => tags)).toEqual(Array(2).fill({ 'muster:run': 'r1', app: 'muster' }))
    expect(found[0]).toMatchObject({
      role: 'node',
      limit: 3,
      registrations: 0,
      expired: false,
      created: expect.any(Date),
    })
    expect((await listActivations(clients)).length).toBe(53)
    expect(cloud.counts()['ssm:DescribeActivations']).toBe(4)
  })
})
