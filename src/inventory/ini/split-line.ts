/** A word of a line and where it begins, counted from 0. */
export interface Word {
  readonly text: string
  readonly at: number
}

/**
 * Splits a host line as Python's shlex does for Ansible: quotes and backslashes as in a shell (inside `"` a backslash
 * only escapes `"` and itself), and `#` begins a comment even inside a word. Written here because the libraries that
 * split shell words expand variables and globs or read `#` otherwise.
 * @returns what is wrong, as text, when a quote or an escape is not finished
 */
export function splitLine(line: string): Word[] | string {
  const words: Word[] = []
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
    if (quote !== '') {
      if (character === quote) quote = ''
      else if (quote === '"' && character === '\\') {
        const next = line[at + 1]
        if (next === undefined) return 'a quote is not closed'
        text += next === '"' || next === '\\' ? next : `\\${next}`
        at++
      } else text += character
    } else if (/[ \t\r\n]/.test(character)) finish()
    else if (character === '#') break
    else {
      if (begin < 0) begin = at
      if (character === '"' || character === "'") quote = character
      else if (character === '\\') {
        const next = line[++at]
        if (next === undefined) return 'a backslash stands at the end of the line'
        text += next
      } else text += character
    }
  }
  if (quote !== '') return 'a quote is not closed'
  finish()
  return words
}
