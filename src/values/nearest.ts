import { closest, distance } from 'fastest-levenshtein'

/**
 * The known word that a mistyped one most likely means; undefined when none is near. Near is one wrong letter in a
 * short word, two (a swap counts two) from four letters on and three from nine on.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const words = [...known]
  if (words.length === 0) return undefined
  const lower = word.toLowerCase()
  const best = closest(
    lower,
    words.map((candidate) => candidate.toLowerCase()),
  )
  const allowed = word.length < 4 ? 1 : word.length < 9 ? 2 : 3
  if (distance(lower, best) > allowed) return undefined
  return words.find((candidate) => candidate.toLowerCase() === best)
}

/** `did you mean "X"?` for a Problem's hint; undefined when nothing is near. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const found = nearest(word, known)
  return found === undefined ? undefined : `did you mean "${found}"?`
}
