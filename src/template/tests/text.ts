import type { Test } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { splitUrl } from '../python/formats/url.ts'
import { pythonRegex } from '../python/regex/regex.ts'
import { repr, str } from '../python/text/repr.ts'
import { isTrue } from '../python/truth.ts'

/** Python's `islower`: at least one letter with case, and none of the other case. */
const lower: Test = (input, args) => {
  bind(args, {})
  const text = str(input)
  return text === text.toLowerCase() && text !== text.toUpperCase()
}

const upper: Test = (input, args) => {
  bind(args, {})
  const text = str(input)
  return text === text.toUpperCase() && text !== text.toLowerCase()
}

type Method = 'search' | 'match' | 'fullmatch'

const regex: Test = (input, args) => {
  const { pattern, ignorecase, multiline, match_type } = bind(args, {
    pattern: '',
    ignorecase: false,
    multiline: false,
    match_type: 'search',
  })
  if (match_type !== 'search' && match_type !== 'match' && match_type !== 'fullmatch') {
    throw new PythonError(`match_type must be search, match or fullmatch, not ${repr(match_type)}`)
  }
  const flags = { ignoreCase: isTrue(ignorecase), multiline: isTrue(multiline) }
  return pythonRegex(asText(pattern, 'pattern'), flags)[match_type](str(input)) !== null
}

function matching(method: Method): Test {
  return (input, args) => {
    const { pattern, ignorecase, multiline } = bind(args, {
      pattern: '',
      ignorecase: false,
      multiline: false,
    })
    const flags = { ignoreCase: isTrue(ignorecase), multiline: isTrue(multiline) }
    return pythonRegex(asText(pattern, 'pattern'), flags)[method](str(input)) !== null
  }
}

/** Whether text is an address: any text is a URI as far as Ansible looks, a URL has a host. */
function isUri(text: string, schemes: readonly string[] | undefined, needsHost: boolean): boolean {
  try {
    const url = splitUrl(text)
    if (schemes !== undefined && !schemes.includes(url.scheme)) return false
    return !needsHost || url.netloc !== '' || url.scheme === 'file'
  } catch (error) {
    if (error instanceof PythonError) return false
    throw error
  }
}

function uriTest(needsHost: boolean): Test {
  return (input, args) => {
    const { schemes } = bind(args, { schemes: null })
    const known = schemes === null ? undefined : Array.isArray(schemes) ? schemes.map(str) : [str(schemes)]
    return typeof input === 'string' && isUri(input, known, needsHost)
  }
}

const urn: Test = (input, args) => {
  bind(args, {})
  return typeof input === 'string' && isUri(input, ['urn'], false)
}

export const tests: Readonly<Record<string, Test>> = {
  lower,
  upper,
  regex,
  search: matching('search'),
  match: matching('match'),
  uri: uriTest(false),
  url: uriTest(true),
  urn,
}
