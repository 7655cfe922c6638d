import { readPair, readPairs, splitWords } from '../../values/text/key-value.ts'

/** The parameters that Ansible takes out of a command's text (`command: touch x creates=x`). */
const IN_COMMAND = [
  'creates',
  'removes',
  'chdir',
  'executable',
  'stdin',
  'stdin_add_newline',
  'strip_empty_ends',
]

/**
 * Text behind a module's name as its arguments. For a module with free-form text (`command`, `shell`, `script`) the
 * known `key=value` words are taken out and the rest is left as it was written, blanks and line ends too; for others
 * every word is `key=value`.
 *
 * @param freeForm the parameter that takes the free-form text; undefined when the module has none
 * @param known the names of the module's parameters
 * @throws RangeError when quotes are not closed, or words are left that no parameter takes
 */
export function readFreeForm(
  text: string,
  freeForm: string | undefined,
  known: ReadonlySet<string>,
): Map<string, string> {
  if (freeForm === undefined) {
    const { pairs, rest } = readPairs(text)
    if (rest.length === 0) return pairs
    throw new RangeError(
      `${rest.length === 1 ? 'a word that is' : `${rest.length} words that are`} no key=value`,
    )
  }
  const args = new Map<string, string>()
  let command = ''
  let taken = 0
  for (const word of splitWords(text)) {
    const pair = readPair(word.text)
    if (pair === undefined || !IN_COMMAND.includes(pair.key) || !known.has(pair.key)) continue
    args.set(pair.key, pair.value)
    // The blanks behind the word go with it, so that no gap is left.
    command += text.slice(taken, word.start)
    taken = word.end + /^[ \t]*/.exec(text.slice(word.end))![0].length
  }
  command = (command + text.slice(taken)).trim()
  if (command !== '') args.set(freeForm, command)
  return args
}
