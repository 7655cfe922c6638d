import { InputError } from '../../values/problem.ts'
import type { Inventory } from '../inventory.ts'
import { limitWords } from './limit.ts'
import { matchPattern } from './patterns.ts'

/**
 * The hosts that a pattern means, and none for one that names nothing: what templates ask for. As in the text of
 * `--limit` a word `@FILE` names a file with one word a line, so that a template may ask for the hosts of `ansible_limit`.
 */
export function matchedNames(inventory: Inventory, pattern: readonly string[]): string[] {
  try {
    // An empty word and a file that cannot be read name nothing too.
    const words = pattern.flatMap((word) => limitWords(word, []))
    return words.length === 0 ? [] : matchPattern(inventory, words)
  } catch (error) {
    if (error instanceof InputError) return []
    throw error
  }
}
