import { InputError, type Problem } from '../../values/problem.ts'
import { readTextFileSync } from '../../yaml/load.ts'
import { patternWords } from './pattern-words.ts'

const HINT = 'leave --limit out to take all hosts'

/**
 * The words of a `--limit`. A word `@FILE` stands for the lines of a file, each one word: they are not split, as in
 * Ansible. Lines that begin with `#` name no host and are skipped.
 * @param problems gets an empty limit, an empty file (which Ansible takes for "no limit") and a file that cannot be read
 */
export function limitWords(limit: string, problems: Problem[]): string[] {
  const written = patternWords(limit)
  if (written.length === 0) problems.push({ message: 'the limit is empty', hint: HINT })
  return written.flatMap((word) => (word.startsWith('@') ? linesOf(word.slice(1), problems) : [word]))
}

function linesOf(path: string, problems: Problem[]): string[] {
  try {
    const lines = readTextFileSync(path).split('\n')
    const words = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
    if (words.length === 0) {
      problems.push({ message: 'the file of limits is empty', position: { file: path }, hint: HINT })
    }
    return words
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    problems.push(...error.problems)
    return []
  }
}
