import { PythonError } from '../python/error.ts'

/** A term of the old form, `some words name=value other="a b"`: the words, and the options among them. */
export interface InlineTerm {
  readonly words: string
  readonly options: ReadonlyMap<string, string>
}

/** Words of a term: quotes hold blanks, and stay. */
const WORD = /(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s"']|["'])+/gs

/** Reads a term with options in it. @throws PythonError for an option that is not among those known */
export function inlineTerm(term: string, known: readonly string[]): InlineTerm {
  const words: string[] = []
  const options = new Map<string, string>()
  for (const [word] of term.matchAll(WORD)) {
    const at = word.indexOf('=', 1)
    if (at < 0) {
      words.push(word)
      continue
    }
    const name = word.slice(0, at)
    if (!known.includes(name))
      throw new PythonError(`'${name}' is not a valid option; known: ${known.join(', ')}`)
    options.set(name, unquoted(word.slice(at + 1)))
  }
  return { words: words.join(' '), options }
}

function unquoted(text: string): string {
  const quote = text[0]
  const isQuoted = text.length > 1 && (quote === '"' || quote === "'") && text.endsWith(quote)
  return isQuoted ? text.slice(1, -1) : text
}
