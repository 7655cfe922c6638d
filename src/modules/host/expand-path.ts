import { lines, type ShellText, sh, userShell } from '../../shell/sh.ts'

/**
 * An assignment of a path as Ansible's type `path` reads it: a leading `~` or `~user` and `$NAME` or `${NAME}` are
 * expanded on the host as the user the step runs as; what cannot be expanded stays as it is written. Everything else
 * is quoted. In an assignment the shell splits no words and expands no globs, so expanded values are safe too.
 *
 * `name` is the shell variable, one of ours.
 */
export function assignPath(name: string, path: string): ShellText {
  // userShell: the name is a constant of our own modules, and the pieces below are variables by their grammar.
  return userShell(`${name}=${expandable(path).reveal()}`)
}

/** The right-hand side of an assignment: quoted text with its `~` and variables left to the shell. */
export function expandable(path: string): ShellText {
  const parts: ShellText[] = []
  const tilde = /^~[A-Za-z0-9._-]*(?=\/|$)/.exec(path)?.[0] ?? ''
  if (tilde !== '') parts.push(userShell(tilde))
  let plain = ''
  const flush = () => {
    if (plain !== '') parts.push(sh`${plain}`)
    plain = ''
  }
  const variable = /\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g
  let at = tilde.length
  for (const match of path.matchAll(variable)) {
    if (match.index < at) continue
    plain += path.slice(at, match.index)
    at = match.index + match[0].length
    flush()
    // `\${NAME-'text'}`: the value, or the text as written when the variable is not set.
    parts.push(userShell(`\${${match[1] ?? match[2]}-'${match[0]}'}`))
  }
  plain += path.slice(at)
  flush()
  return parts.length === 0 ? sh`${''}` : join(parts)
}

function join(parts: readonly ShellText[]): ShellText {
  return parts.reduce((left, right) => sh`${left}${right}`)
}

/** The same for several variables, a line each. */
export function assignPaths(paths: Readonly<Record<string, string>>): ShellText {
  return lines(Object.entries(paths).map(([name, path]) => assignPath(name, path)))
}
