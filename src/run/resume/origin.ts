import type { Masker } from '../../values/masking/masker.ts'
import { secretsIn } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import type { Origin } from './step-entry.ts'

/** Names under which people give secrets, also where a run does not treat them as such: in doubt nothing is written down. */
const SECRET_LOOKING = /pass|secret|token|key|cred|code|pin$/i

/**
 * What may be written down of the texts behind `-e`: files stay files, and a text whose values hold a secret is only the names
 * that it sets.
 * @param read the variables that a text sets
 */
export function originOfExtraVars(
  texts: readonly string[],
  read: (text: string) => ReadonlyMap<string, Value>,
): Origin['extraVars'] {
  return texts.map((text) => {
    if (text.startsWith('@')) return { text, names: [] }
    const values = read(text)
    const names = [...values.keys()]
    const isSecret = secretsIn(values).length > 0 || names.some((name) => SECRET_LOOKING.test(name))
    return isSecret ? { names } : { text, names }
  })
}

/** What looked harmless and holds a secret that the run has learned of is not written down either. */
export function withoutSecrets(origin: Origin, masker: Masker): Origin {
  const extraVars = origin.extraVars.map(({ text, names }) =>
    text === undefined || masker.mask(text) !== text ? { names } : { text, names },
  )
  return { ...origin, extraVars }
}
