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
