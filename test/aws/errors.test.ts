import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { listActivations } from '../../src/aws/activations.ts'
import { createClients } from '../../src/aws/create-clients.ts'
import { callerIdentity, chooseRegion } from '../../src/aws/identity.ts'
import { type Cloud, startCloud } from '../../src/emulator/cloud.ts'
import { clientsFor } from './support.ts'

let cloud: Cloud

beforeEach(async () => {
  cloud = await startCloud()
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await cloud.close()
})

describe('what AWS says, explained', () => {
  it('knows who it is', async () => {
    expect(await callerIdentity(clientsFor(cloud))).toEqual({
      account: '123456789012',
      arn: 'arn:aws:iam::123456789012:user/administrator',
    })
  })

  it.each([
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'wrong' }, 'SignatureDoesNotMatch', /AWS_SECRET_ACCESS_KEY/],
    ['an unknown key', { AWS_ACCESS_KEY_ID: 'AKIANOBODY' }, 'InvalidClientTokenId', /AWS_ACCESS_KEY_ID/],
    ['nobody there', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, 'ECONNREFUSED', /AWS_ENDPOINT_URL/],
    ['no such name', { AWS_ENDPOINT_URL: 'http://nowhere.invalid' }, /ENOTFOUND|EAI_AGAIN/, /network/],
  ])('%s', async (_, overrides, code, hint) => {
    const failure = await callerIdentity(clientsFor(cloud, overrides)).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      name: 'AwsFailure',
      message: expect.stringMatching(/^cannot find out who the AWS credentials are: /),
      code: expect.stringMatching(code),
      hint: expect.stringMatching(hint),
    })
  })

  it('no credentials at all', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent')
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    await expect(callerIdentity(createClients('eu-central-1'))).rejects.toMatchObject({
      code: 'CredentialsProviderError',
      hint: expect.stringContaining('AWS_PROFILE'),
    })
  })

  it('a clock that is wrong', async () => {
    const clients = clientsFor(cloud)
    cloud.settings.clockOffset = 3600
    await expect(callerIdentity(clients)).rejects.toMatchObject({ hint: expect.stringContaining('clock') })
  })

  it('throttling: passing, with the number of attempts', async () => {
    vi.stubEnv('AWS_MAX_ATTEMPTS', '2')
    cloud.settings.throttle['ssm:DescribeActivations'] = { perSecond: 0, burst: 0 }
    await expect(listActivations(clientsFor(cloud))).rejects.toMatchObject({
      code: 'Throttling',
      passing: true,
      message: 'cannot list the activations: Throttling: Rate exceeded (after 2 attempts)',
    })
  })
})

describe('chooseRegion', () => {
  it('takes what is given, else the environment', () => {
    vi.stubEnv('AWS_REGION', 'us-east-1')
    expect(chooseRegion('eu-west-1')).toBe('eu-west-1')
    expect(chooseRegion(undefined)).toBe('us-east-1')
    vi.stubEnv('AWS_REGION', undefined)
    vi.stubEnv('AWS_DEFAULT_REGION', 'us-gov-west-1')
    expect(chooseRegion(undefined)).toBe('us-gov-west-1')
  })

  it('refuses none, and what is none', () => {
    vi.stubEnv('AWS_REGION', undefined)
    vi.stubEnv('AWS_DEFAULT_REGION', undefined)
    expect(() => chooseRegion(undefined)).toThrow('no AWS region is given')
    expect(() => chooseRegion('eu-central1')).toThrow(
      expect.objectContaining({ hint: 'did you mean "eu-central-1"?' }),
    )
    expect(() => chooseRegion('Frankfurt')).toThrow(
      expect.objectContaining({ hint: 'regions look like eu-central-1' }),
    )
  })
})
