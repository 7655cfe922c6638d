import { AwsFailure } from '../../aws/errors.ts'
import type { RunContext } from '../module.ts'
import { type Claim, lookAtOwners, type Owners } from './owners.ts'

/** Region -> what Systems Manager says there of the nodes that hosts claim to be, or why it could not be asked. */
export type OwnersByRegion = ReadonlyMap<string, Owners | AwsFailure>

/**
 * Asks for the nodes of all hosts of a batch, in each region once.
 * @param exactly whether a node is to be changed: see {@link lookAtOwners}
 */
export async function lookInRegions(
  claims: readonly (Claim & { readonly region: string })[],
  exactly: () => boolean,
  context: RunContext & { readonly signal: AbortSignal },
): Promise<OwnersByRegion> {
  const regions = [...Map.groupBy(claims, ({ region }) => region)]
  const looked = regions.map(async ([region, here]): Promise<[string, Owners | AwsFailure]> => {
    try {
      return [region, await lookAtOwners(await context.aws(region), here, exactly, context.signal)]
    } catch (error) {
      if (error instanceof AwsFailure) return [region, error]
      throw error
    }
  })
  return new Map(await Promise.all(looked))
}

/** @throws AwsFailure where the region could not be asked; hosts of other regions go on */
export function ownersIn(regions: OwnersByRegion | null, region: string): Owners | undefined {
  const owners = regions?.get(region)
  if (owners instanceof AwsFailure) throw owners
  return owners
}
