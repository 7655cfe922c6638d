/**
 * A text without the characters of `which` that stand at its end. In linear time, as a pattern like `[\r\n]+$` is not: it
 * is tried anew from each of them, whatever follows.
 */
export function withoutEnd(text: string, which: string): string {
  let end = text.length
  while (end > 0 && which.includes(text[end - 1] as string)) end -= 1
  return text.slice(0, end)
}
