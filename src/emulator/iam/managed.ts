import { policyDocument } from '../auth/authorize.ts'
import { AwsError } from '../errors.ts'
import { arnPrefix } from '../partition.ts'
import type { Call } from '../service.ts'

/** @throws AwsError NoSuchEntity where there is no managed policy of the ARN */
export function checkPolicy(arn: string, { state, region }: Call): void {
  if (!arn.startsWith(`${arnPrefix(region)}:`) || policyDocument(arn, state) === undefined)
    throw new AwsError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404)
}
