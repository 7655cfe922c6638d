import type { Amp } from '@aws-sdk/client-amp'
import type { IAM } from '@aws-sdk/client-iam'
import type { SSM } from '@aws-sdk/client-ssm'
import type { STS } from '@aws-sdk/client-sts'

/** The clients of one region. Endpoints and credentials come from the environment as for every AWS tool. */
export interface AwsClients {
  readonly region: string
  ssm(): Promise<SSM>
  amp(): Promise<Amp>
  iam(): Promise<IAM>
  sts(): Promise<STS>
}

/** The options of a call that ends with the signal. */
export function abortable(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal }
}
