import type { Filter } from '../filter.ts'
import { bind, bindNamed, REQUIRED } from '../python/bind.ts'
import { asInteger, asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { escapePattern, pythonRegex } from '../python/regex/regex.ts'
import { repr, str } from '../python/text/repr.ts'
import { isTrue } from '../python/truth.ts'

const regexReplace: Filter = (input, args) => {
  const { pattern, replacement, ignorecase, multiline, count, mandatory_count } = bind(args, {
    pattern: '',
    replacement: '',
    ignorecase: false,
    multiline: false,
    count: 0,
    mandatory_count: 0,
  })
  const flags = { ignoreCase: isTrue(ignorecase), multiline: isTrue(multiline) }
  const regex = pythonRegex(asText(pattern, 'pattern'), flags)
  const text = str(input)
  const result = regex.sub(asText(replacement, 'replacement'), text, asInteger(count, 'count'))
  if (isTrue(mandatory_count) && mandatory_count !== result.count) {
    throw new PythonError(
      `'${str(pattern)}' should match ${str(mandatory_count)} times, but matches ${result.count} times in '${text}'`,
    )
  }
  return result.text
}

const regexFindall: Filter = (input, args) => {
  const { regex, multiline, ignorecase } = bind(args, {
    regex: REQUIRED,
    multiline: false,
    ignorecase: false,
  })
  const flags = { ignoreCase: isTrue(ignorecase), multiline: isTrue(multiline) }
  return pythonRegex(asText(regex, 'regex'), flags).findall(str(input))
}

/** A group as an argument of `regex_search`: `\1` or `\g<name>`. */
function groupOf(reference: string): number | string {
  const name = /^\\g<(\S+)>/.exec(reference)?.[1]
  if (name !== undefined) return /^\d+$/.test(name) ? Number(name) : name
  const number = /^\\(\d+)/.exec(reference)?.[1]
  if (number !== undefined) return Number(number)
  throw new PythonError(
    `Unknown argument ${repr(reference)}: a group is written '\\1' or '\\g<name>' (in template files '\\\\1')`,
  )
}

const regexSearch: Filter = (input, args) => {
  const [pattern, ...references] = args.positional
  const { regex, ignorecase, multiline } = bindNamed(args, {
    regex: pattern ?? REQUIRED,
    ignorecase: false,
    multiline: false,
  })
  const groups = references.map((reference) => groupOf(asText(reference, 'a group')))
  const flags = { ignoreCase: isTrue(ignorecase), multiline: isTrue(multiline) }
  const match = pythonRegex(asText(regex, 'regex'), flags).search(str(input))
  if (match === null) return null
  if (groups.length === 0) return match[0]
  return groups.map((group) => {
    const known = typeof group === 'number' ? group < match.length : Object.hasOwn(match.groups ?? {}, group)
    if (!known) throw new PythonError(`no such group: ${group}`)
    return (typeof group === 'number' ? match[group] : match.groups![group]) ?? null
  })
}

const regexEscape: Filter = (input, args) => {
  const { re_type } = bind(args, { re_type: 'python' })
  if (re_type === 'python') return escapePattern(str(input))
  if (re_type === 'posix_basic') return str(input).replace(/[\].[^$*\\]/g, '\\$&')
  throw new PythonError(
    re_type === 'posix_extended'
      ? 'Regex type (posix_extended) not yet implemented'
      : `Invalid regex type (${str(re_type)})`,
  )
}

export const filters: Readonly<Record<string, Filter>> = {
  regex_replace: regexReplace,
  regex_findall: regexFindall,
  regex_search: regexSearch,
  regex_escape: regexEscape,
}
