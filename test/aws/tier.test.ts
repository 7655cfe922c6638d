import { UpdateServiceSettingCommand } from '@aws-sdk/client-ssm'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { AwsFailure } from '../../src/aws/errors.ts'
import { activationTier, checkRoomForNodes } from '../../src/aws/tier.ts'
import type { Cloud } from '../../src/emulator/cloud.ts'
import { clients as sdkClients } from '../emulator/clients.ts'
import { cloudWithNodes } from '../emulator/with-nodes.ts'
import { clientsFor } from './support.ts'

let cloud: Cloud | undefined
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud?.close()
})

const advance = (there: Cloud) =>
  sdkClients(there).ssm.send(
    new UpdateServiceSettingCommand({
      SettingId: '/ssm/managed-instance/activation-tier',
      SettingValue: 'advanced',
    }),
  )

describe('room for nodes in the standard tier', () => {
  it('is there up to the thousandth node, and not for the next', async () => {
    cloud = await cloudWithNodes(998)
    const clients = clientsFor(cloud)
    await checkRoomForNodes(clients, 2)
    const refused = await checkRoomForNodes(clients, 3).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(AwsFailure)
    expect(refused).toMatchObject({
      code: 'TierFull',
      message: '3 more nodes would make 1001 hybrid nodes in eu-central-1, and the standard tier allows 1000',
      hint: expect.stringContaining('--setting-value advanced'),
    })
    // The tier is the account's own decision.
    expect(cloud.counts()['ssm:UpdateServiceSetting']).toBeUndefined()
  })

  it('has no limit in the advanced tier, where nobody counts', async () => {
    cloud = await cloudWithNodes(1000)
    await advance(cloud)
    const clients = clientsFor(cloud)
    expect(await activationTier(clients)).toBe('advanced')
    await checkRoomForNodes(clients, 500)
    expect(cloud.counts()['ssm:DescribeInstanceInformation']).toBeUndefined()
  })
})

describe('a tier that cannot be told', () => {
  /** Clients whose GetServiceSetting gives or throws this; all else goes to the cloud. */
  const answering = (there: Cloud, answer: () => unknown) => {
    const clients = clientsFor(there)
    return {
      ...clients,
      ssm: async () => {
        const real = await clients.ssm()
        const send = (command: { constructor: { name: string } }, ...rest: never[]) =>
          command.constructor.name === 'GetServiceSettingCommand'
            ? Promise.resolve().then(answer)
            : real.send(command as never, ...rest)
        return Object.assign(Object.create(real) as typeof real, { send })
      },
    }
  }
  const denied = () => {
    throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' })
  }

  it('matters only when there are too many nodes', async () => {
    cloud = await cloudWithNodes(999)
    const clients = answering(cloud, denied)
    expect(await activationTier(clients)).toBe('unknown')
    await checkRoomForNodes(clients, 1)
    await expect(checkRoomForNodes(clients, 2)).rejects.toThrow(/it may not be asked/)
  })

  it('is the standard one while it is being switched', async () => {
    cloud = await cloudWithNodes(0)
    const pending = () => ({ ServiceSetting: { SettingValue: 'advanced', Status: 'PendingUpdate' } })
    expect(await activationTier(answering(cloud, pending))).toBe('standard')
  })

  it('is an error for any other reason', async () => {
    cloud = await cloudWithNodes(0)
    const broken = () => {
      throw Object.assign(new Error('no'), { name: 'InternalServerError' })
    }
    await expect(activationTier(answering(cloud, broken))).rejects.toThrow(/cannot ask for the tier/)
  })
})
