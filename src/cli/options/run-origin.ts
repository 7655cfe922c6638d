import { parseExtraVars } from '../../inventory/variables/extra-vars.ts'
import { originOfExtraVars } from '../../run/resume/origin.ts'
import type { Origin } from '../../run/resume/step-entry.ts'
import type { RunWords } from './run-options.ts'

/**
 * The words that say what a run does and how it gets there. Those of how it is shown and told are none of it: an address of
 * a webhook is a secret; and an approval is given for one run.
 */
const KEPT = [
  ...(['inventory', 'limit', 'forks', 'tags', 'skipTags', 'user', 'connection', 'privateKey'] as const),
  ...(['privateKeyPassphraseFile', 'acceptNewHostKeys', 'askBecomePass', 'askVaultPass'] as const),
  ...(['vaultId', 'vaultPasswordFile', 'lock', 'lockAccount'] as const),
] satisfies readonly (keyof RunWords)[]

/** What was asked for, for a run that goes on with this one. */
export function originOf(playbookFile: string, words: RunWords): Origin {
  const kept = KEPT.flatMap((name) => (words[name] === undefined ? [] : [[name, words[name]]]))
  return {
    // As it was given, from the same folder: it stands in what is compared.
    playbook: playbookFile,
    cwd: process.cwd(),
    words: Object.fromEntries(kept),
    extraVars: originOfExtraVars(words.extraVars ?? [], (text) => parseExtraVars([text])),
  }
}
