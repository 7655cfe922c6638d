import { nearest } from '../values/text/nearest.ts'
import { type AwsClients, abortable } from './clients.ts'
import { AwsFailure, asking } from './errors.ts'

export interface Identity {
  /** Twelve digits. */
  readonly account: string
  readonly arn: string
}

/**
 * Who the credentials of the environment are: shows that they work, before anything is made.
 * @throws AwsFailure
 */
export async function callerIdentity(clients: AwsClients, signal?: AbortSignal): Promise<Identity> {
  const sts = await clients.sts()
  const { Account, Arn } = await asking(
    'sts:GetCallerIdentity',
    'find out who the AWS credentials are',
    () => sts.getCallerIdentity({}, abortable(signal)),
    signal,
  )
  return { account: Account!, arn: Arn! }
}

/** For hints only: AWS adds regions, so one that is not here may be right. */
const WELL_KNOWN = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1', 'af-south-1'],
  ...[
    'eu-central-1',
    'eu-central-2',
    'eu-west-1',
    'eu-west-2',
    'eu-west-3',
    'eu-north-1',
    'eu-south-1',
    'eu-south-2',
  ],
  ...['ap-south-1', 'ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4'],
  ...[
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-east-1',
    'me-south-1',
    'me-central-1',
    'il-central-1',
  ],
]

/**
 * The region to use: the one given, else AWS_REGION or AWS_DEFAULT_REGION.
 * @throws AwsFailure when there is none or it has not the form of one
 */
export function chooseRegion(given: string | undefined): string {
  const region = given ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION']
  if (region === undefined || region === '') {
    throw new AwsFailure('no AWS region is given', {
      code: 'NoRegion',
      hint: 'give the parameter region, or set AWS_REGION',
    })
  }
  if (!/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)) {
    const near = nearest(region, WELL_KNOWN)
    throw new AwsFailure(`${JSON.stringify(region)} is not an AWS region`, {
      code: 'NoRegion',
      hint: near === undefined ? 'regions look like eu-central-1' : `did you mean "${near}"?`,
    })
  }
  return region
}
