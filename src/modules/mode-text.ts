/** Clauses like `u=rwX,g+s,o=g`, several operators in one clause allowed; without a who, the umask is obeyed. */
const SYMBOLIC = /^[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+$/

/**
 * A file mode as users write it (facts/modules.md, Modes), in one form: octal digits without `0o`, symbolic clauses,
 * or `preserve`. Undefined when it is none of them.
 */
export function readModeText(text: string): string | undefined {
  const octal = /^0?o?([0-7]{1,4})$/.exec(text)
  if (octal !== null) return `0${octal[1]!.replace(/^0+(?=.)/, '')}`
  if (text === 'preserve') return text
  if (text !== '' && text.split(',').every((clause) => SYMBOLIC.test(clause))) return text
  return undefined
}
