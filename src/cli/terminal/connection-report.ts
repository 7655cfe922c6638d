import { describeSettings } from '../../connection/settings/describe-settings.ts'
import { becomeSettings, connectionSettings } from '../../connection/settings/settings.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { findHost } from '../../inventory/localhost.ts'
import { magicVariables } from '../../inventory/variables/magic.ts'
import type { VariableFiles } from '../../inventory/variables/variable-files.ts'
import { templateHome } from '../../run/scope/template-home.ts'
import { OMIT } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import type { Value } from '../../values/value.ts'

/**
 * How a host would be reached as far as its inventory and OpenSSH's configuration say it (a play may say more), for
 * `muster inventory --host X --connection`. Secrets are never shown.
 * @throws InputError with all mistakes in its connection variables and in the configuration
 */
export function connectionReport(
  {
    inventory,
    variables,
    extra,
  }: {
    readonly inventory: Inventory
    readonly variables: VariableFiles
    readonly extra: ReadonlyMap<string, Value>
  },
  name: string,
): string {
  const host = findHost(inventory, name)
  const all = new Map([
    ...variables.forHost(name),
    ...(host === undefined ? [] : magicVariables(inventory, host)),
    ...extra,
  ])
  const engine = createEngine({ lookup: (variable) => all.get(variable) }, templateHome(process.cwd()))
  const read = (variable: string) => {
    const value = all.get(variable)
    const resolved = value === undefined ? undefined : engine.resolve(value)
    return resolved === OMIT ? undefined : resolved
  }
  const place = (variable: string) => (extra.has(variable) ? undefined : variables.positionOf(name, variable))
  const settings = connectionSettings(name, read, {}, place)
  return describeSettings(settings, becomeSettings(read, {}, undefined, place))
}
