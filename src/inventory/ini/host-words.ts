import { type ShellWord, shellWords } from '../../values/text/shell-words.ts'

/** The words of a host line, or what is wrong with it. */
export function wordsOf(line: string): ShellWord[] | string {
  try {
    return shellWords(line, true)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return /quotation/.test(error.message)
      ? 'a quote is not closed'
      : 'a backslash stands at the end of the line'
  }
}
