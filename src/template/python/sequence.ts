import { PythonError } from './error.ts'

const SURROGATES = /[\ud800-\udfff]/

/** The characters of a text as Python counts them: code points, not UTF-16 units. */
export function characters(text: string): string[] {
  return SURROGATES.test(text) ? Array.from(text) : text.split('')
}

/** Python's `len(text)`. */
export function textLength(text: string): number {
  return SURROGATES.test(text) ? Array.from(text).length : text.length
}

/** Python's `sequence[start:stop:step]`; null is a bound left out. @throws PythonError for a step of 0 */
export function slice<T>(
  items: readonly T[],
  start: number | null,
  stop: number | null,
  step: number | null,
): T[] {
  const stride = step ?? 1
  if (stride === 0) throw new PythonError('slice step cannot be zero')
  const length = items.length
  const [lowest, highest] = stride > 0 ? [0, length] : [-1, length - 1]
  const bound = (given: number | null, missing: number) => {
    if (given === null) return missing
    return Math.min(Math.max(given < 0 ? given + length : given, lowest), highest)
  }
  const first = bound(start, stride > 0 ? lowest : highest)
  const end = bound(stop, stride > 0 ? highest : lowest)
  const result: T[] = []
  for (let index = first; stride > 0 ? index < end : index > end; index += stride) result.push(items[index]!)
  return result
}

/** {@link slice} of a text, by characters. @throws PythonError for a step of 0 */
export function sliceText(
  text: string,
  start: number | null,
  stop: number | null,
  step: number | null,
): string {
  return slice(characters(text), start, stop, step).join('')
}
