import { AwsFailure } from './errors.ts'

/** What follows from a region: the first part of ARNs, and what names of endpoints end with. */
export interface Partition {
  /** aws, aws-cn, aws-us-gov ... */
  readonly name: string
  /** amazonaws.com, amazonaws.com.cn ... */
  readonly dnsSuffix: string
}

/** The partition of a region, by the SDK's own table; of one that it does not know, `aws`. */
export async function partitionOf(region: string): Promise<Partition> {
  const { partition } = await import('@aws-sdk/core/client')
  return partition(region)
}

/** Where Amazon Managed Service for Prometheus is, by its user guide ("Supported Regions", 2026-03). */
const AMP = new Set([
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'us-gov-east-1', 'us-gov-west-1'],
  ...['ca-central-1', 'ca-west-1', 'mx-central-1', 'sa-east-1', 'af-south-1', 'il-central-1'],
  ...['me-central-1', 'me-south-1', 'ap-east-1', 'ap-east-2', 'ap-south-1', 'ap-south-2'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3'],
  ...[
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-southeast-3',
    'ap-southeast-4',
    'ap-southeast-5',
    'ap-southeast-7',
  ],
  ...['eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2'],
  ...['eu-west-1', 'eu-west-2', 'eu-west-3'],
])

/**
 * Refuses a region without Amazon Managed Service for Prometheus, before anything is made there. Whoever names an
 * endpoint for it knows better than the list, which ages.
 * @throws AwsFailure
 */
export function requireAmp(region: string, environment: NodeJS.ProcessEnv = process.env): void {
  if (AMP.has(region) || environment['AWS_ENDPOINT_URL_AMP'] || environment['AWS_ENDPOINT_URL']) return
  throw new AwsFailure(`Amazon Managed Service for Prometheus is not offered in ${region}`, {
    code: 'NoService',
    hint: `choose another region; if AWS offers it there by now, name its endpoint in AWS_ENDPOINT_URL_AMP`,
  })
}
