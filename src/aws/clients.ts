import type { AmpClient } from '@aws-sdk/client-amp'
import type { IAMClient } from '@aws-sdk/client-iam'
import type { SSMClient } from '@aws-sdk/client-ssm'
import type { STSClient } from '@aws-sdk/client-sts'

/** The clients of one region. Endpoints and credentials come from the environment as for every AWS tool. */
export interface AwsClients {
  readonly region: string
  ssm(): Promise<SSMClient>
  amp(): Promise<AmpClient>
  iam(): Promise<IAMClient>
  sts(): Promise<STSClient>
}
