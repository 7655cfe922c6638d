import { REGEX_DEADLINE, withinDeadline } from '../deadline.ts'
import { PythonError } from '../error.ts'
import type { RegexFlags } from './regex-flags.ts'
import { checkReplacement, expandReplacement, parseReplacement } from './regex-replacement.ts'
import { translatePattern } from './regex-translate.ts'
import type { Translation } from './regex-translation.ts'

export type { RegexFlags } from './regex-flags.ts'

/** Steps of matching that are surely over before a deadline would be noticed. */
const CHEAP = 1_000_000

/**
 * A pattern of Python's `re`, ready to be used as `re` would. Work that could take long, as far as the pattern and the
 * text's length tell, has a deadline: what a host printed must not stop muster.
 */
export class PythonRegex {
  readonly #pattern: string
  readonly #options: RegexFlags
  readonly #translation: Translation
  readonly #linear: boolean
  readonly #compiled = new Map<string, RegExp>()
  /** The pattern with room for one group before its own. */
  #shifted: string | undefined

  /**
   * @param linear the pattern is known to take no more than linear time, and needs no deadline
   * @throws PythonError with Python's message when the pattern is wrong or uses what is not supported
   */
  constructor(pattern: string, flags: RegexFlags = {}, linear = false) {
    this.#linear = linear
    this.#pattern = pattern
    this.#options = flags
    this.#translation = translatePattern(pattern, flags)
    try {
      this.#compile('')
    } catch (error) {
      throw new PythonError(
        `the pattern ${JSON.stringify(pattern)} is not supported: ${(error as Error).message}`,
      )
    }
  }

  /** The pattern as JavaScript's, ready to begin at the start of a text. */
  #compile(flags: string, source = this.#translation.source): RegExp {
    const key = `${flags} ${source}`
    let regex = this.#compiled.get(key)
    if (regex === undefined) {
      regex = new RegExp(source, this.#translation.flags + flags)
      this.#compiled.set(key, regex)
    }
    regex.lastIndex = 0
    return regex
  }

  /** `re.search`: the first match anywhere. */
  search(text: string): RegExpExecArray | null {
    return this.#bounded(text, () => nextMatch(this.#compile('g'), text))
  }

  /** Where a named group of the first match begins and ends; null without a match or when the group has no part in it. */
  placeOf(text: string, group: string): [number, number] | null {
    return this.#bounded(text, () => nextMatch(this.#compile('dg'), text)?.indices?.groups?.[group] ?? null)
  }

  /** `re.match`: a match at the beginning. */
  match(text: string): RegExpExecArray | null {
    return this.#bounded(text, () => this.#compile('y').exec(text))
  }

  /** `re.fullmatch`: a match of the whole text. */
  fullmatch(text: string): RegExpExecArray | null {
    return this.#bounded(text, () => this.#compile('y', `(?:${this.#translation.source})$`).exec(text))
  }

  /** `re.finditer`: all matches from left to right, empty ones too. */
  matches(text: string): RegExpExecArray[] {
    return this.#bounded(text, () => this.#matches(text))
  }

  /** @throws PythonError when the work took longer than the deadline allows, or the pattern is too large */
  #bounded<T extends object | null>(text: string, work: () => T): T {
    try {
      return this.#timed(text, work)
    } catch (error) {
      // JavaScript compiles a pattern when it is used for the first time.
      if (!(error instanceof SyntaxError)) throw error
      throw new PythonError(
        `a pattern of ${this.#pattern.length} characters is not supported: it is too large`,
      )
    }
  }

  #timed<T extends object | null>(text: string, work: () => T): T {
    const { unbounded, ways, exponential } = this.#translation.cost
    if (this.#linear) return work()
    if (!exponential && ways * (text.length + 1) ** (unbounded + 1) <= CHEAP) return work()
    const done = withinDeadline(REGEX_DEADLINE, work)
    if (done !== undefined) return done.result
    throw new PythonError(
      `the pattern ${JSON.stringify(this.#pattern)} took longer than ${REGEX_DEADLINE / 1000} second on a text of` +
        ` ${text.length} characters; write it without a repetition inside a repetition, or cut the text first`,
    )
  }

  #matches(text: string): RegExpExecArray[] {
    const regex = this.#compile('g')
    const result: RegExpExecArray[] = []
    for (let match = nextMatch(regex, text); match !== null; match = nextMatch(regex, text)) {
      result.push(match)
      if (match[0] !== '') continue
      // Python looks for a longer match at the place of an empty one before it goes on.
      const more = this.#translation.mayPreferEmpty ? this.#nonEmptyAt(text, match.index) : null
      if (more !== null) result.push(more)
      regex.lastIndex = more === null ? behind(text, match.index) : more.index + more[0].length
    }
    return result
  }

  /** Matches at a place, but not emptily: what follows the match must not be all that follows the place. */
  #nonEmptyAt(text: string, index: number): RegExpExecArray | null {
    this.#shifted ??= translatePattern(this.#pattern, this.#options, 1).source
    const regex = this.#compile('y', `(?=([\\s\\S]*))(?:${this.#shifted})(?!\\1$)`)
    regex.lastIndex = index
    const match = regex.exec(text)
    match?.splice(1, 1)
    return match
  }

  /** `re.findall`: the matches; with one group its texts; with several groups lists of their texts. */
  findall(text: string): (string | string[])[] {
    return this.matches(text).map((match) => {
      if (match.length === 1) return match[0]
      if (match.length === 2) return match[1] ?? ''
      return match.slice(1).map((group) => group ?? '')
    })
  }

  /** `re.subn`: the first `count` matches replaced (0 for all), and how many there were. @throws PythonError */
  sub(replacement: string, text: string, count = 0): { text: string; count: number } {
    const template = parseReplacement(replacement)
    checkReplacement(template, this.#translation.groups, this.#translation.names)
    const matches = this.matches(text).slice(0, count === 0 ? undefined : count)
    let result = ''
    let end = 0
    for (const match of matches) {
      result += text.slice(end, match.index) + expandReplacement(template, match)
      end = match.index + match[0].length
    }
    return { text: result + text.slice(end), count: matches.length }
  }

  /** `match.expand`: the template with the texts of a match's groups. @throws PythonError */
  expand(template: string, match: RegExpExecArray): string {
    const replacement = parseReplacement(template)
    checkReplacement(replacement, this.#translation.groups, this.#translation.names)
    return expandReplacement(replacement, match)
  }
}

/** V8 lets lookarounds match between the halves of a surrogate pair, where no character of Python's begins. */
function nextMatch(regex: RegExp, text: string): RegExpExecArray | null {
  for (;;) {
    const match = regex.exec(text)
    if (match === null || match.index === 0 || behind(text, match.index - 1) === match.index) return match
    regex.lastIndex = match.index + 1
  }
}

/** The index behind the character at an index. */
function behind(text: string, index: number): number {
  return index + (text.codePointAt(index)! > 0xffff ? 2 : 1)
}

const KEPT = 256
const compiled = new Map<string, PythonRegex>()

/** A compiled pattern, kept for the next time (the last {@link KEPT} of them). @throws PythonError */
export function pythonRegex(pattern: string, flags: RegexFlags = {}): PythonRegex {
  const key = `${Number(flags.ignoreCase ?? 0)}${Number(flags.multiline ?? 0)}${Number(flags.dotAll ?? 0)}${Number(flags.ascii ?? 0)}${pattern}`
  let regex = compiled.get(key)
  if (regex === undefined) {
    regex = new PythonRegex(pattern, flags)
    if (compiled.size >= KEPT) compiled.delete(compiled.keys().next().value!)
    compiled.set(key, regex)
  }
  return regex
}

/** A pattern of muster's own that is linear in its text whatever that holds; test/template/growth.test.ts looks. */
export function ownRegex(pattern: string, flags: RegexFlags = {}): PythonRegex {
  return new PythonRegex(pattern, flags, true)
}

/** `re.escape`: every character that could mean something gets a backslash. */
export function escapePattern(text: string): string {
  return text.replace(/[()[\]{}?*+\-|^$\\.&~# \t\n\r\v\f]/g, '\\$&')
}
