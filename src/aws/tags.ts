import { hostname } from 'node:os'

/** Tag keys of everything a run makes in the account. */
export const RUN_TAG = 'muster:run'
export const CONTROLLER_TAG = 'muster:controller'

/** Who made it: this machine's name; runs of other controllers are not ours to clean up. */
export function controllerName(): string {
  return hostname()
}
