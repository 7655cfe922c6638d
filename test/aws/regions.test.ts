import { describe, expect, it } from 'vitest'
import { partitionOf, requireAmp } from '../../src/aws/regions.ts'

describe('what follows from a region', () => {
  it.each([
    ['eu-central-1', 'aws', 'amazonaws.com'],
    ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
    ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
    ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
    // Newer than the SDK.
    ['eu-central-9', 'aws', 'amazonaws.com'],
  ])('%s is in %s, under %s', async (region, name, dnsSuffix) => {
    expect(await partitionOf(region)).toMatchObject({ name, dnsSuffix })
  })

  it.each(['eu-central-1', 'us-gov-east-1', 'ap-southeast-7'])('%s has AMP', (region) => {
    expect(() => requireAmp(region, {})).not.toThrow()
  })

  it.each(['cn-north-1', 'cn-northwest-1', 'us-iso-east-1', 'ap-southeast-6'])(
    '%s has none, and is refused by name; not so for who names an endpoint',
    (region) => {
      expect(() => requireAmp(region, {})).toThrow(
        `Amazon Managed Service for Prometheus is not offered in ${region}`,
      )
      expect(() => requireAmp(region, { AWS_ENDPOINT_URL_AMP: 'https://aps.example' })).not.toThrow()
    },
  )
})
