/**
 * Words of a line as OpenSSH reads its configuration, and as Ansible reads `ansible_ssh_args`: blanks between, quotes
 * around, a backslash before a quote, a backslash or a blank.
 *
 * @param comments a word that begins with `#` ends the line
 * @throws RangeError for a quote that does not end
 */
export function splitWords(text: string, comments = false): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string
    const next = text[at + 1]
    if (
      character === '\\' &&
      (next === '"' || next === "'" || next === '\\' || (quote === '' && next === ' '))
    ) {
      word = (word ?? '') + next
      at += 1
    } else if (quote !== '') {
      if (character === quote) quote = ''
      else word += character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (comments && character === '#' && word === undefined) break
    else word = (word ?? '') + character
  }
  if (quote !== '') throw new RangeError(`a quote (${quote}) does not end`)
  if (word !== undefined) words.push(word)
  return words
}
