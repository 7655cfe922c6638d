/** Python's keywords, which no variable can be named (Ansible refuses them too). */
const KEYWORDS = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global
  if import in is lambda nonlocal not or pass raise return try while with yield`.split(/\s+/),
)

/** Whether a name can be a variable's: letters of ASCII, digits and `_`, no digit first, no word of the language. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !KEYWORDS.has(name)
}

/** For hints. */
export const VARIABLE_NAME_WORDS =
  'a variable name has letters, digits and _, begins with no digit, and is no word of Python'

/**
 * A key where a name belongs, as messages show it: of what is no name only the beginning that looks like one, since
 * `password:hunter2` without a blank is a key, too.
 */
export function shownName(key: string): string {
  const [beginning] = /^[\p{L}\p{N}_./-]*/u.exec(key) ?? ['']
  return beginning === key ? key : `${beginning}…`
}
