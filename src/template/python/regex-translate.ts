import { PythonError } from './error.ts'
import { categoryClass, controlCharacter, literal, wordBoundary } from './regex-classes.ts'

export interface RegexFlags {
  readonly ignoreCase?: boolean
  readonly multiline?: boolean
  readonly dotAll?: boolean
}

/** A pattern as JavaScript reads it with the flags given. */
export interface Translation {
  readonly source: string
  readonly flags: string
  readonly groups: number
  readonly names: ReadonlySet<string>
  /** The pattern may prefer an empty match where a longer one is possible (lazy repetition, alternatives). */
  readonly mayPreferEmpty: boolean
}

interface Flags {
  ignoreCase: boolean
  multiline: boolean
  dotAll: boolean
  verbose: boolean
  ascii: boolean
}

const FLAG_LETTERS: Readonly<Record<string, keyof Flags | 'none'>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  x: 'verbose',
  a: 'ascii',
  u: 'none',
}

/**
 * A pattern of Python's `re` as a JavaScript pattern with the flag `v`. Anchors and classes are spelled out, because
 * the two languages differ in what ends a line, what a word is and where `$` holds.
 *
 * Not translated, and refused: conditionals `(?(1)a|b)`, atomic groups, possessive quantifiers and `\N{name}`. Not
 * noticed: JavaScript forgets a group's text when a repetition begins anew and lets a reference to a group
 * without text match nothing, where Python keeps the text and fails.
 * @param groupsBefore how many groups of the caller's stand before this pattern
 * @throws PythonError with Python's message and the position in the pattern
 */
export function translatePattern(pattern: string, flags: RegexFlags = {}, groupsBefore = 0): Translation {
  return new Translator(pattern, flags, groupsBefore).run()
}

class Translator {
  readonly #pattern: readonly string[]
  #at = 0
  #groups = 0
  #mayPreferEmpty = false
  readonly #groupsBefore: number
  readonly #names = new Map<string, { number: number; position: number }>()
  #flags: Flags

  constructor(pattern: string, flags: RegexFlags, groupsBefore: number) {
    this.#groupsBefore = groupsBefore
    this.#pattern = Array.from(pattern)
    this.#flags = {
      ignoreCase: false,
      multiline: false,
      dotAll: false,
      verbose: false,
      ascii: false,
      ...flags,
    }
  }

  run(): Translation {
    this.#leadingFlags()
    const flags = `v${this.#flags.ignoreCase ? 'i' : ''}`
    const source = this.#alternatives()
    if (this.#at < this.#pattern.length) this.#fail('unbalanced parenthesis')
    return {
      source,
      flags,
      groups: this.#groups,
      names: new Set(this.#names.keys()),
      mayPreferEmpty: this.#mayPreferEmpty,
    }
  }

  #fail(message: string, position = this.#at): never {
    throw new PythonError(`${message} at position ${position}`)
  }

  #looking(text: string): boolean {
    return this.#pattern.slice(this.#at, this.#at + text.length).join('') === text
  }

  #take(text: string): boolean {
    if (!this.#looking(text)) return false
    this.#at += text.length
    return true
  }

  /** Everything up to a closing character, which is taken too. */
  #until(close: string, what: string): string {
    const start = this.#at
    const end = this.#pattern.indexOf(close, start)
    if (end === -1) this.#fail(`missing ${close}, unterminated name`, start)
    const text = this.#pattern.slice(start, end).join('')
    if (text === '') this.#fail(`missing ${what}`, start)
    this.#at = end + 1
    return text
  }

  #leadingFlags(): void {
    let match = /^\(\?([imsxaLu]+)\)/.exec(this.#pattern.slice(this.#at, this.#at + 16).join(''))
    while (match !== null) {
      this.#setFlags(match[1]!, true)
      this.#at += match[0].length
      match = /^\(\?([imsxaLu]+)\)/.exec(this.#pattern.slice(this.#at, this.#at + 16).join(''))
    }
  }

  #setFlags(letters: string, on: boolean): void {
    for (const letter of letters) {
      const flag = FLAG_LETTERS[letter]
      if (flag === undefined) this.#fail(`unknown flag '${letter}'`)
      if (flag !== 'none') this.#flags[flag] = on
    }
  }

  #alternatives(): string {
    const branches = [this.#sequence()]
    while (this.#take('|')) branches.push(this.#sequence())
    if (branches.length > 1) this.#mayPreferEmpty = true
    return branches.join('|')
  }

  #sequence(): string {
    let result = ''
    while (this.#at < this.#pattern.length && !this.#looking('|') && !this.#looking(')')) {
      if (this.#flags.verbose && this.#skipBlank()) continue
      const { source, repeatable } = this.#atom()
      result += source + this.#quantifier(repeatable)
    }
    return result
  }

  #skipBlank(): boolean {
    const character = this.#pattern[this.#at]!
    if (/\s/.test(character)) {
      this.#at++
      return true
    }
    if (character !== '#') return false
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== '\n') this.#at++
    return true
  }

  #atom(): { source: string; repeatable: boolean } {
    const start = this.#at
    const character = this.#pattern[this.#at++]!
    switch (character) {
      case '.':
        return { source: this.#flags.dotAll ? '[\\s\\S]' : '[^\\n]', repeatable: true }
      case '^':
        return { source: this.#flags.multiline ? '(?:^|(?<=\\n))' : '^', repeatable: false }
      case '$':
        return { source: this.#flags.multiline ? '(?=\\n|$)' : '(?=\\n?$)', repeatable: false }
      case '[':
        return { source: this.#set(start), repeatable: true }
      case '(':
        return this.#group(start)
      case '\\':
        return this.#escape(start)
      case '*':
      case '+':
      case '?':
        return this.#fail('nothing to repeat', start)
      case '{':
        if (/^\{(?:\d+(?:,\d*)?|,\d*)\}/.test(this.#pattern.slice(start, start + 24).join(''))) {
          this.#fail('nothing to repeat', start)
        }
        return { source: literal('{'), repeatable: true }
      default:
        return { source: literal(character), repeatable: true }
    }
  }

  #quantifier(repeatable: boolean): string {
    if (this.#flags.verbose) while (this.#at < this.#pattern.length && this.#skipBlank());
    const start = this.#at
    const rest = this.#pattern.slice(start, start + 24).join('')
    const match = /^(?:[*+?]|\{(?:(\d+)(,?)(\d*)|,(\d*))\})/.exec(rest)
    if (match === null || rest.startsWith('{}')) return ''
    if (!repeatable) this.#fail('nothing to repeat', start)
    this.#at += match[0].length
    if (this.#looking('+')) this.#fail('possessive quantifiers are not supported')
    let source = match[0]
    if (match[4] !== undefined) source = match[4] === '' ? '*' : `{0,${match[4]}}`
    if (match[1] !== undefined && match[3] !== '' && Number(match[3]) < Number(match[1])) {
      this.#fail('min repeat greater than max repeat', start)
    }
    if (this.#take('?')) {
      source += '?'
      this.#mayPreferEmpty = true
    }
    if (/^(?:[*+?]|\{(?:\d+,?\d*|,\d*)\})/.test(this.#pattern.slice(this.#at, this.#at + 24).join(''))) {
      this.#fail('multiple repeat')
    }
    return source
  }

  #group(start: number): { source: string; repeatable: boolean } {
    const outer = { ...this.#flags }
    let open = '('
    let lookaround = false
    if (this.#take('?')) {
      if (this.#take('P<')) open = this.#named(this.#until('>', 'group name'))
      else if (this.#take('P=')) return this.#namedReference(this.#until(')', 'group name'))
      else if (this.#take(':')) open = '(?:'
      else if (this.#take('#')) return this.#comment(start)
      else if (this.#take('<=') || this.#take('<!') || this.#take('=') || this.#take('!')) {
        open = this.#pattern.slice(start, this.#at).join('')
        lookaround = true
      } else open = this.#scopedFlags(start)
    } else this.#groups++
    const body = this.#alternatives()
    if (!this.#take(')')) this.#fail('missing ), unterminated subpattern', start)
    this.#flags = outer
    const source = `${open}${body})`
    return { source: lookaround ? `(?:${source})` : source, repeatable: true }
  }

  #named(name: string): string {
    const position = this.#at - name.length - 1
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) this.#fail(`bad character in group name '${name}'`, position)
    this.#groups++
    const standing = this.#names.get(name)
    if (standing !== undefined) {
      this.#fail(
        `redefinition of group name '${name}' as group ${this.#groups}; was group ${standing.number}`,
        position,
      )
    }
    this.#names.set(name, { number: this.#groups, position })
    return `(?<${name}>`
  }

  #namedReference(name: string): { source: string; repeatable: boolean } {
    if (!this.#names.has(name)) this.#fail(`unknown group name '${name}'`, this.#at - name.length - 1)
    return { source: `\\k<${name}>`, repeatable: true }
  }

  #comment(start: number): { source: string; repeatable: boolean } {
    const end = this.#pattern.indexOf(')', this.#at)
    if (end === -1) this.#fail('missing ), unterminated comment', start)
    this.#at = end + 1
    return { source: '', repeatable: false }
  }

  /** `(?i:...)`: only the case is left to JavaScript, the other flags decide here how anchors are spelled. */
  #scopedFlags(start: number): string {
    const match = /^([imsxaLu]*)(?:-([imsx]+))?(:|\))/.exec(
      this.#pattern.slice(this.#at, this.#at + 16).join(''),
    )
    if (match === null) {
      const next = this.#pattern[this.#at] ?? ''
      if (next === '(') this.#fail('conditional groups are not supported', start)
      if (next === '>') this.#fail('atomic groups are not supported', start)
      if (next === '') this.#fail('unexpected end of pattern')
      this.#fail(`unknown extension ?${next}`, start + 1)
    }
    if (match[3] === ')') this.#fail('global flags not at the start of the expression', start)
    this.#at += match[0].length
    this.#setFlags(match[1]!, true)
    this.#setFlags(match[2] ?? '', false)
    if (match[1]!.includes('i')) return '(?i:'
    return match[2]?.includes('i') === true ? '(?-i:' : '(?:'
  }

  #escape(start: number): { source: string; repeatable: boolean } {
    const letter = this.#pattern[this.#at++]
    if (letter === undefined) this.#fail('bad escape (end of pattern)', start)
    if (letter === 'A') return { source: '^', repeatable: false }
    if (letter === 'Z') return { source: '$', repeatable: false }
    if (letter === 'b' || letter === 'B') {
      return { source: wordBoundary(letter, this.#flags.ascii), repeatable: false }
    }
    if (/[dDwWsS]/.test(letter)) return { source: categoryClass(letter, this.#flags.ascii), repeatable: true }
    if (/[1-9]/.test(letter)) {
      const octal = /^[0-3][0-7]{2}/.exec(this.#pattern.slice(start + 1, start + 4).join(''))
      if (octal === null) return this.#numberedReference(start)
      this.#at = start + 4
      return { source: literal(String.fromCodePoint(Number.parseInt(octal[0], 8))), repeatable: true }
    }
    return { source: literal(this.#character(letter, start)), repeatable: true }
  }

  #numberedReference(start: number): { source: string; repeatable: boolean } {
    const digits = /^\d{1,2}/.exec(this.#pattern.slice(start + 1, start + 3).join(''))![0]
    this.#at = start + 1 + digits.length
    if (Number(digits) > this.#groups) this.#fail(`invalid group reference ${digits}`, start + 1)
    return { source: `(?:\\${Number(digits) + this.#groupsBefore})`, repeatable: true }
  }

  /** The character behind a backslash, in a set or outside one. */
  #character(letter: string, start: number): string {
    const size = { x: 2, u: 4, U: 8 }[letter]
    if (size !== undefined) {
      const digits = this.#pattern.slice(this.#at, this.#at + size).join('')
      if (!new RegExp(`^[\\da-fA-F]{${size}}$`).test(digits)) {
        this.#fail(`incomplete escape \\${letter}${/^[\da-fA-F]*/.exec(digits)![0]}`, start)
      }
      this.#at += size
      return String.fromCodePoint(Number.parseInt(digits, 16))
    }
    if (letter === '0') {
      const octal = /^[0-7]{0,2}/.exec(this.#pattern.slice(this.#at, this.#at + 2).join(''))![0]
      this.#at += octal.length
      return String.fromCodePoint(Number.parseInt(`0${octal}`, 8))
    }
    const control = controlCharacter(letter)
    if (control !== undefined) return control
    if (/[a-zA-Z\d]/.test(letter)) this.#fail(`bad escape \\${letter}`, start)
    return letter
  }

  #set(start: number): string {
    let result = this.#take('^') ? '[^' : '['
    const first = this.#at
    while (!this.#looking(']') || this.#at === first) {
      const from = this.#at
      const low = this.#setMember(start)
      if (!this.#looking('-') || this.#pattern[this.#at + 1] === ']') {
        result += low.class ?? literal(low.character)
        continue
      }
      this.#at++
      const high = this.#setMember(start)
      if (low.class !== undefined || high.class !== undefined || low.character > high.character) {
        this.#fail(`bad character range ${this.#pattern.slice(from, this.#at).join('')}`, from)
      }
      result += `${literal(low.character)}-${literal(high.character)}`
    }
    this.#at++
    return `${result}]`
  }

  #setMember(start: number): { character: string; class?: string } {
    const at = this.#at
    const character = this.#pattern[this.#at++]
    if (character === undefined) this.#fail('unterminated character set', start)
    if (character !== '\\') return { character }
    const letter = this.#pattern[this.#at++]
    if (letter === undefined) this.#fail('unterminated character set', start)
    if (/[dDwWsS]/.test(letter)) {
      return { character: letter, class: categoryClass(letter, this.#flags.ascii) }
    }
    if (/[1-7]/.test(letter)) {
      const octal = /^[0-7]{1,3}/.exec(this.#pattern.slice(at + 1, at + 4).join(''))![0]
      this.#at = at + 1 + octal.length
      return { character: String.fromCodePoint(Number.parseInt(octal, 8)) }
    }
    return { character: this.#character(letter, at) }
  }
}
