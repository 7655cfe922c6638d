import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { str } from '../python/text/repr.ts'

/*
 * Text for formats that Ansible has no filter for. (A shell takes what quote makes.)
 */

/** The inside of a double-quoted word of systemd, which reads C's escapes there; what is no ASCII letter stays. */
function escaped(text: string): string {
  return text.replace(/[\\"\x00-\x1f\x7f]/g, (character) =>
    character === '\\' || character === '"'
      ? `\\${character}`
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

/** Text that means itself in a unit, quoted or not. */
const PLAIN = /^[A-Za-z0-9_@+=:,./-]+$/

/** A word of a setting in a unit (`Environment=`): quoted where it has to be, and `%` is no specifier. */
const systemdWord: Filter = (input, args) => {
  bind(args, {})
  const text = str(input)
  return PLAIN.test(text) ? text : `"${escaped(text).replaceAll('%', '%%')}"`
}

/** A word of a command line in a unit (`ExecStart=`): the same, and `$` is no variable. */
const systemdArgument: Filter = (input, args) => {
  bind(args, {})
  const text = str(input)
  return PLAIN.test(text) ? text : `"${escaped(text).replaceAll('%', '%%').replaceAll('$', '$$$$')}"`
}

/** A basic string of TOML. */
const tomlString: Filter = (input, args) => {
  bind(args, {})
  const text = str(input).replace(/[\\"\x00-\x1f\x7f]/g, (character) =>
    character === '\\' || character === '"'
      ? `\\${character}`
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `"${text}"`
}

/**
 * A double-quoted scalar of YAML in one line. What to_json leaves as it is may end a line for YAML, or for the filter
 * that indents; and its pairs of escapes for one character are two characters in YAML.
 */
const yamlString: Filter = (input, args) => {
  bind(args, {})
  return JSON.stringify(str(input)).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** A value of an environment file, as systemd and a shell read it. */
const environmentValue: Filter = (input, args) => {
  bind(args, {})
  return `"${str(input).replace(/[\\"$`]/g, '\\$&')}"`
}

export const filters: Readonly<Record<string, Filter>> = {
  systemd_word: systemdWord,
  systemd_argument: systemdArgument,
  toml_string: tomlString,
  yaml_string: yamlString,
  environment_value: environmentValue,
}
