/** Whether a text matches a pattern of `*` and `?`, as in OpenSSH. Takes time in proportion to both lengths at most. */
export function matchesPattern(text: string, pattern: string): boolean {
  let at = 0
  let in_ = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    if (
      in_ < pattern.length &&
      (pattern[in_] === '?' || (pattern[in_] === text[at] && pattern[in_] !== '*'))
    ) {
      at += 1
      in_ += 1
    } else if (pattern[in_] === '*') {
      star = in_
      resume = at
      in_ += 1
    } else if (star >= 0) {
      in_ = star + 1
      resume += 1
      at = resume
    } else return false
  }
  while (pattern[in_] === '*') in_ += 1
  return in_ === pattern.length
}

/** Whether a text matches one of the patterns and none of those after a `!`. */
export function matchesList(text: string, patterns: readonly string[]): boolean {
  const negated = (pattern: string) => pattern.startsWith('!')
  return (
    patterns.some((pattern) => !negated(pattern) && matchesPattern(text, pattern)) &&
    !patterns.some((pattern) => negated(pattern) && matchesPattern(text, pattern.slice(1)))
  )
}
