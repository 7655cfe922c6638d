import { type ShellText, sh, userShell } from '../shell/sh.ts'

/** A path of type path, or a name in the directory of such a path; the name is taken as it is written. */
export type HostPath = string | { readonly directory: string; readonly name: string }

/** As the parameter, for messages. */
export function shownPath(path: HostPath): string {
  return typeof path === 'string' ? path : `${path.directory.replace(/\/$/, '')}/${path.name}`
}

/** Equal for equal paths, and only for them. */
export function pathKey(path: HostPath): string {
  return typeof path === 'string' ? path : `${path.directory}\0${path.name}`
}

/**
 * An assignment of a path as Ansible's type `path` reads it: a leading `~` or `~user` and `$NAME` or `${NAME}` are
 * expanded on the host as the user the step runs as; what cannot be expanded stays as it is written. Everything else
 * is quoted. In an assignment the shell splits no words and expands no globs, so expanded values are safe too.
 *
 * `name` is the shell variable, one of ours.
 */
export function assignPath(name: string, path: HostPath): ShellText {
  if (typeof path !== 'string') {
    const whole = userShell(name)
    return sh`${assignPath(name, path.directory)}; ${whole}=\${${whole}%/}/${path.name}`
  }
  const tilde = /^~[A-Za-z0-9._-]*(?=\/|$)/.exec(path)?.[0] ?? ''
  // userShell: the name is a constant of our own modules, and the pieces are variables and tildes by their grammar.
  const variable = userShell(name)
  if (tilde === '') return sh`${variable}=${expandVariables(path)}`
  // On its own: busybox loses what follows the name of a user that it does not know.
  return sh`${variable}=${userShell(tilde)}; ${variable}=$${variable}${expandVariables(path.slice(tilde.length))}`
}

/** A variable in a path of type path. */
export const PATH_VARIABLE = /\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g

/** Quoted text in which variables are left to the shell. */
function expandVariables(text: string): ShellText {
  const parts: ShellText[] = []
  let plain = ''
  const flush = () => {
    if (plain !== '') parts.push(sh`${plain}`)
    plain = ''
  }
  let at = 0
  for (const match of text.matchAll(PATH_VARIABLE)) {
    plain += text.slice(at, match.index)
    at = match.index + match[0].length
    flush()
    // `${NAME-'text'}`: the value, or the text as written when the variable is not set.
    parts.push(userShell(`\${${match[1] ?? match[2]}-'${match[0]}'}`))
  }
  plain += text.slice(at)
  flush()
  return parts.reduce((left, right) => sh`${left}${right}`, sh``)
}
