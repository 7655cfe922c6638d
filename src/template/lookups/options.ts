import type { Lookup } from './define.ts'

/** Options that belong to the call and not to the lookup. */
export const OF_THE_CALL: readonly string[] = ['wantlist', 'errors']

/**
 * The first of these options that a lookup does not obey, in words; undefined when there is none. Ansible passes over
 * options that a lookup does not have; here they are refused, as are those it cannot obey.
 */
export function optionMistake(options: Iterable<string>, plugin: Lookup): string | undefined {
  for (const option of options) {
    if (OF_THE_CALL.includes(option) || plugin.options.includes(option)) continue
    const refusal = plugin.refused?.[option]
    if (refusal !== undefined) return `the option '${option}' is not supported: ${refusal}`
    const known = plugin.options.length === 0 ? 'it has none' : `known: ${plugin.options.join(', ')}`
    return `there is no option '${option}'; ${known}`
  }
  return undefined
}
