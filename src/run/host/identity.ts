import type { Become } from '../../connection/connection.ts'
import { identityKey } from '../../connection/shell/identity.ts'
import { Secret } from '../../values/secret.ts'

/** As whom, and in which environment, a task's steps run on the host. */
export interface Identity {
  readonly become: Become | undefined
  readonly environment: readonly (readonly [string, string | Secret])[]
}

/** Equal for identities whose probes have the same answers. Never shown: it holds what the environment holds. */
export function keyOf({ become, environment }: Identity): string {
  const variables = environment.map(([name, value]) => [
    name,
    value instanceof Secret ? value.revealText() : value,
  ])
  return `${identityKey(become)} ${JSON.stringify(variables)}`
}
