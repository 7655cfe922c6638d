import { TaskFailure } from '../../values/task-failure.ts'

/**
 * Words of a command line as Python's `shlex.split` finds them: blanks part words, quotes and backslashes protect,
 * nothing is expanded.
 *
 * @throws TaskFailure `No closing quotation`, `No escaped character`
 */
export function splitWords(line: string): string[] {
  const words: string[] = []
  let word: string | null = null
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!
    if (character === "'") {
      const end = line.indexOf("'", at + 1)
      if (end === -1) throw new TaskFailure('No closing quotation', { hint: `in: ${line}` })
      word = (word ?? '') + line.slice(at + 1, end)
      at = end
    } else if (character === '"') {
      const quoted = readDoubleQuoted(line, at + 1)
      word = (word ?? '') + quoted.text
      at = quoted.end
    } else if (character === '\\') {
      at++
      if (at === line.length) throw new TaskFailure('No escaped character', { hint: `in: ${line}` })
      word = (word ?? '') + line[at]!
    } else if (/[ \t\r\n]/.test(character)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + character
  }
  if (word !== null) words.push(word)
  return words
}

function readDoubleQuoted(line: string, start: number): { text: string; end: number } {
  let text = ''
  for (let at = start; at < line.length; at++) {
    const character = line[at]!
    if (character === '"') return { text, end: at }
    if (character === '\\' && (line[at + 1] === '"' || line[at + 1] === '\\')) at++
    text += line[at]!
  }
  throw new TaskFailure('No closing quotation', { hint: `in: ${line}` })
}
