import { closest, distance } from 'fastest-levenshtein'

/**
 * The known word that a mistyped one most likely means; undefined when none is near. Near is one wrong letter in a
 * short word, two from four letters on, three from nine on, or the same letters in another order.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const words = [...known]
  if (words.length === 0) return undefined
  const lower = word.toLowerCase()
  const best = closest(lower, words.map(toLower))
  const allowed = word.length < 4 ? 1 : word.length < 9 ? 2 : 3
  const meant =
    distance(lower, best) <= allowed
      ? best
      : words.map(toLower).find((candidate) => letters(candidate) === letters(lower))
  return meant === undefined ? undefined : words.find((candidate) => toLower(candidate) === meant)
}

const toLower = (word: string) => word.toLowerCase()

function letters(word: string): string {
  return [...word].sort().join('')
}

/** `did you mean "X"?` for a Problem's hint; undefined when nothing is near. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const found = nearest(word, known)
  return found === undefined ? undefined : `did you mean "${found}"?`
}
