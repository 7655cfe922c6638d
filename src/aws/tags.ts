import { hostname } from 'node:os'

/** Tag keys of everything a run makes in the account. */
export const RUN_TAG = 'muster:run'
export const CONTROLLER_TAG = 'muster:controller'

/**
 * Tag key of everything that muster makes in the account, whichever controller and run it was; its value is the
 * owner's name. Only what carries it is ever destroyed, so it is set on what is made and never on what is adopted.
 */
export const MANAGED_TAG = 'muster:managed'
export const DEFAULT_OWNER = 'muster'

/** Who made it: this machine's name; runs of other controllers are not ours to clean up. */
export function controllerName(): string {
  return hostname()
}

/**
 * Tag key of a managed node: the inventory's name of the host that muster registered as it. What a host itself says of
 * its node is no proof, and this is.
 */
export const HOST_TAG = 'muster:host'

/** A host's name as the value of that tag, which takes letters, digits and `_.:/=+-@` only, 256 at the most. */
export function hostTag(host: string): string {
  return host.replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, '_').slice(0, 256)
}

/**
 * Tag key of the nodes of an activation that was made for several hosts: their names. It says less than
 * {@link HOST_TAG}, which each node gets when it is known which is which, and counts where muster was ended before that.
 */
export const HOSTS_TAG = 'muster:hosts'

/** The hosts of an activation as tags of its nodes: none where their names are more than a value takes. */
export function hostsTag(hosts: readonly string[]): Readonly<Record<string, string>> {
  const [first] = hosts
  if (hosts.length === 1) return { [HOST_TAG]: hostTag(first as string) }
  const value = hosts.map(hostTag).join(' ')
  return value.length > 256 ? {} : { [HOSTS_TAG]: value }
}
