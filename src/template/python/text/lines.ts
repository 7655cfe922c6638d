/** What ends a line for Python's `splitlines`; a pair of CR and LF is one end. */
const LINE_END = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/

/** Python's `splitlines`: no empty line behind a last line end. */
export function splitLines(text: string): string[] {
  const lines = text.split(LINE_END)
  if (lines.at(-1) === '') lines.pop()
  return lines
}
