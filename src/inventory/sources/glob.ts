/**
 * A shell wildcard as a regular expression over a whole name: `*`, `?`, `[abc]`, `[a-c]`, `[!abc]`; a bracket that is
 * not closed is itself. Written here because Ansible's patterns follow Python's fnmatch, in which `*` also takes
 * dots and slashes and braces mean nothing, unlike in the libraries for file names.
 */
export function globExpression(pattern: string): RegExp {
  let source = ''
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!
    const close = character === '[' ? closing(pattern, at) : -1
    if (character === '*') source += '.*'
    else if (character === '?') source += '.'
    else if (close >= 0) {
      source += characterClass(pattern.slice(at + 1, close))
      at = close
    } else source += RegExp.escape(character)
  }
  return new RegExp(`^${source}$`, 'su')
}

/** The bracket that closes a class; the first character of a class is never it. */
function closing(pattern: string, open: number): number {
  const first = pattern[open + 1] === '!' ? open + 2 : open + 1
  return pattern.indexOf(']', first + 1)
}

function characterClass(content: string): string {
  const negated = content.startsWith('!')
  const members = (negated ? content.slice(1) : content).replace(/[\\\]^[]/g, '\\$&')
  // A range that runs backwards holds nothing, as in Python; JavaScript would refuse it.
  const ranges = members.replace(/([^\\])-(.)/g, (range, from: string, to: string) =>
    from > to ? '' : range,
  )
  if (ranges === '') return negated ? '.' : '(?!)'
  return `[${negated ? '^' : ''}${ranges}]`
}
