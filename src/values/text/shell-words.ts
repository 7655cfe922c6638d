/** A word of a line and where it begins, counted from 0. */
export interface ShellWord {
  readonly text: string
  readonly at: number
}

/**
 * The words of a line as Python's shlex finds them, for command lines and for host lines of inventories: blanks part
 * words, quotes and backslashes protect (inside `"` a backslash only escapes `"` and itself), nothing is expanded.
 * Written here because the libraries that split shell words expand variables and globs or read `#` otherwise.
 *
 * @param comments `#` begins a comment, even inside a word
 * @throws RangeError `No closing quotation`, `No escaped character`
 */
export function shellWords(line: string, comments = false): ShellWord[] {
  const words: ShellWord[] = []
  let text = ''
  let begin = -1
  let quote = ''
  const finish = () => {
    if (begin >= 0) words.push({ text, at: begin })
    text = ''
    begin = -1
  }
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!
    if (character === '\\' && quote !== "'") {
      if (begin < 0) begin = at
      const next = line[++at]
      if (next === undefined) throw new RangeError('No escaped character')
      text += quote === '' || next === '"' || next === '\\' ? next : `\\${next}`
    } else if (quote !== '') {
      if (character === quote) quote = ''
      else text += character
    } else if (/[ \t\r\n]/.test(character)) finish()
    else if (comments && character === '#') break
    else {
      if (begin < 0) begin = at
      if (character === '"' || character === "'") quote = character
      else text += character
    }
  }
  if (quote !== '') throw new RangeError('No closing quotation')
  finish()
  return words
}
