import { AmpClient } from '@aws-sdk/client-amp'
import { IAMClient } from '@aws-sdk/client-iam'
import { SSMClient } from '@aws-sdk/client-ssm'
import { STSClient } from '@aws-sdk/client-sts'
import type { Cloud } from '../../src/emulator/cloud.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** The administrator's credentials of a cloud. */
export function administrator(cloud: Cloud): Credentials {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = cloud.environment()
  return { accessKeyId: AWS_ACCESS_KEY_ID!, secretAccessKey: AWS_SECRET_ACCESS_KEY! }
}

/** The real SDK's clients, told of the cloud; one attempt unless asked for more. */
export function clients(
  cloud: Cloud,
  options: {
    readonly credentials?: Credentials
    readonly maxAttempts?: number
    readonly region?: string
  } = {},
) {
  const config = {
    endpoint: cloud.url(),
    region: options.region ?? 'eu-central-1',
    credentials: options.credentials ?? administrator(cloud),
    maxAttempts: options.maxAttempts ?? 1,
  }
  return {
    ssm: new SSMClient(config),
    iam: new IAMClient(config),
    sts: new STSClient(config),
    amp: new AmpClient(config),
  }
}
