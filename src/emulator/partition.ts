/** The first part of ARNs in a region. An account belongs to one partition: here it is told by the regions it is used in. */
export function arnPrefix(region: string): string {
  if (region.startsWith('cn-')) return 'arn:aws-cn'
  return region.startsWith('us-gov-') ? 'arn:aws-us-gov' : 'arn:aws'
}
