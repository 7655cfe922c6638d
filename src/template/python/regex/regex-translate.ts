import { categoryClass, literal, wordBoundary } from './regex-classes.ts'
import { PatternCursor } from './regex-cursor.ts'
import { leadingFlags, type PatternFlags, type RegexFlags, withFlags } from './regex-flags.ts'
import { escapedCharacter, translateSet } from './regex-set.ts'
import type { Translation } from './regex-translation.ts'

/** A piece of a pattern, and whether a quantifier may stand behind it. */
interface Atom {
  readonly source: string
  readonly repeatable: boolean
  /** More than one character, class or anchor. */
  readonly isGroup?: boolean
}

const QUANTIFIER = /^(?:[*+?]|\{(?:(\d+)(?:(,)(\d*))?|,(\d*))\})/

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
  readonly #cursor: PatternCursor
  readonly #groupsBefore: number
  readonly #names = new Map<string, number>()
  #groups = 0
  #mayPreferEmpty = false
  #unbounded = 0
  #ways = 1
  #exponential = false
  #flags: PatternFlags

  constructor(pattern: string, flags: RegexFlags, groupsBefore: number) {
    this.#cursor = new PatternCursor(pattern)
    this.#groupsBefore = groupsBefore
    this.#flags = leadingFlags(this.#cursor, flags)
  }

  run(): Translation {
    const flags = `v${this.#flags.ignoreCase ? 'i' : ''}`
    const source = this.#alternatives()
    if (!this.#cursor.ended) this.#cursor.fail('unbalanced parenthesis')
    return {
      source,
      flags,
      groups: this.#groups,
      names: new Set(this.#names.keys()),
      mayPreferEmpty: this.#mayPreferEmpty,
      cost: { unbounded: this.#unbounded, ways: this.#ways, exponential: this.#exponential },
    }
  }

  #alternatives(): string {
    const branches = [this.#sequence()]
    while (this.#cursor.take('|')) branches.push(this.#sequence())
    if (branches.length > 1) this.#mayPreferEmpty = true
    this.#ways *= branches.length
    return branches.join('|')
  }

  #sequence(): string {
    let result = ''
    for (;;) {
      this.#skipBlanks()
      if (this.#cursor.ended || this.#cursor.looking('|') || this.#cursor.looking(')')) return result
      const atom = this.#atom()
      this.#skipBlanks()
      result += atom.source + this.#quantifier(atom)
    }
  }

  /** Blanks and comments mean nothing under the flag `x`. */
  #skipBlanks(): void {
    while (this.#flags.verbose && /^[\s#]$/.test(this.#cursor.peek() ?? '')) {
      if (this.#cursor.next() !== '#') continue
      while (!this.#cursor.ended && !this.#cursor.looking('\n')) this.#cursor.next()
    }
  }

  #atom(): Atom {
    const cursor: PatternCursor = this.#cursor
    const start = cursor.at
    if (cursor.sees(QUANTIFIER) !== null) cursor.fail('nothing to repeat')
    const character = cursor.next()!
    switch (character) {
      case '.':
        return { source: this.#flags.dotAll ? '[\\s\\S]' : '[^\\n]', repeatable: true }
      case '^':
        return { source: this.#flags.multiline ? '(?:^|(?<=\\n))' : '^', repeatable: false }
      case '$':
        return { source: this.#flags.multiline ? '(?=\\n|$)' : '(?=\\n?$)', repeatable: false }
      case '[':
        return { source: translateSet(cursor, start, this.#flags.ascii), repeatable: true }
      case '(':
        return this.#group(start)
      case '\\':
        return this.#escape(start)
      default:
        return { source: literal(character), repeatable: true }
    }
  }

  #quantifier({ repeatable, isGroup = false }: Atom): string {
    const cursor: PatternCursor = this.#cursor
    const start = cursor.at
    const match = cursor.matches(QUANTIFIER)
    if (match === null) return ''
    const [written, least, , most, mostOnly] = match
    if (!repeatable) cursor.fail('nothing to repeat', start)
    if (cursor.looking('+')) cursor.fail('possessive quantifiers are not supported')
    if (least !== undefined && most !== undefined && most !== '' && Number(most) < Number(least)) {
      cursor.fail('min repeat greater than max repeat', start)
    }
    const lazy = cursor.take('?')
    if (lazy) this.#mayPreferEmpty = true
    if (cursor.sees(QUANTIFIER) !== null) cursor.fail('multiple repeat')
    const source = mostOnly === undefined ? written : mostOnly === '' ? '*' : `{0,${mostOnly}}`
    this.#count(source, isGroup)
    return source + (lazy ? '?' : '')
  }

  /** Adds a quantifier as JavaScript writes it to the cost. */
  #count(quantifier: string, isGroup: boolean): void {
    const [, least, comma, most] = /^\{(\d+)(,?)(\d*)\}$/.exec(quantifier) ?? []
    const isUnbounded = quantifier === '*' || quantifier === '+' || (comma === ',' && most === '')
    const spread = comma === ',' && most !== '' ? Number(most) - Number(least) + 1 : 1
    const times = quantifier === '?' ? 1 : isUnbounded ? Number.POSITIVE_INFINITY : Number(most || least)
    if (isGroup && times > 1) this.#exponential = true
    else if (isUnbounded) this.#unbounded++
    else this.#ways *= quantifier === '?' ? 2 : spread
  }

  #group(start: number): Atom {
    const cursor: PatternCursor = this.#cursor
    const outer = this.#flags
    if (cursor.take('?P=')) return this.#namedReference()
    if (cursor.take('?#')) return this.#comment(start)
    const open = this.#opening(start)
    const source = `${open}${this.#alternatives()})`
    if (!cursor.take(')')) cursor.fail('missing ), unterminated subpattern', start)
    this.#flags = outer
    // JavaScript does not let a lookaround be repeated; a group around it may be.
    return { source: /^\(\?<?[=!]/.test(open) ? `(?:${source})` : source, repeatable: true, isGroup: true }
  }

  /** How a group begins in JavaScript. */
  #opening(start: number): string {
    const cursor: PatternCursor = this.#cursor
    if (!cursor.looking('?')) {
      this.#groups++
      return '('
    }
    const same = cursor.matches(/^\?(?:<?[=!]|:)/)
    if (same !== null) return `(${same[0]}`
    if (cursor.take('?P<')) return this.#named(cursor.nameUntil('>'))
    cursor.next()
    return this.#scopedFlags(start)
  }

  #named(name: string): string {
    const position = this.#cursor.at - Array.from(name).length - 1
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) {
      this.#cursor.fail(`bad character in group name '${name}'`, position)
    }
    const standing = this.#names.get(name)
    this.#names.set(name, ++this.#groups)
    if (standing !== undefined) {
      this.#cursor.fail(
        `redefinition of group name '${name}' as group ${this.#groups}; was group ${standing}`,
        position,
      )
    }
    return `(?<${name}>`
  }

  #namedReference(): Atom {
    const position = this.#cursor.at
    const name = this.#cursor.nameUntil(')')
    if (!this.#names.has(name)) this.#cursor.fail(`unknown group name '${name}'`, position)
    this.#unbounded++
    return { source: `\\k<${name}>`, repeatable: true, isGroup: true }
  }

  #comment(start: number): Atom {
    while (!this.#cursor.looking(')')) {
      if (this.#cursor.ended) this.#cursor.fail('missing ), unterminated comment', start)
      this.#cursor.next()
    }
    this.#cursor.next()
    return { source: '', repeatable: false }
  }

  /** `(?i:...)`: only the case is left to JavaScript, the other flags decide here how anchors are spelled. */
  #scopedFlags(start: number): string {
    const cursor: PatternCursor = this.#cursor
    const match = cursor.matches(/^([imsxau]*)(?:-([imsx]+))?(:|\))/)
    if (match === null) {
      const next = cursor.peek()
      if (next === '(') cursor.fail('conditional groups are not supported', start)
      if (next === '>') cursor.fail('atomic groups are not supported', start)
      if (next === undefined) cursor.fail('unexpected end of pattern')
      cursor.fail(`unknown extension ?${next}`, start + 1)
    }
    const [, on = '', off = '', end] = match
    if (end === ')') cursor.fail('global flags not at the start of the expression', start)
    this.#flags = withFlags(withFlags(this.#flags, on, true), off, false)
    if (on.includes('i')) return '(?i:'
    return off.includes('i') ? '(?-i:' : '(?:'
  }

  #escape(start: number): Atom {
    const cursor: PatternCursor = this.#cursor
    const octal = cursor.matches(/^[1-3][0-7]{2}/)
    if (octal !== null) {
      return { source: literal(String.fromCodePoint(Number.parseInt(octal[0], 8))), repeatable: true }
    }
    const reference = cursor.matches(/^[1-9]\d?/)
    if (reference !== null) return this.#numberedReference(Number(reference[0]), start)
    const letter = cursor.next()
    if (letter === undefined) cursor.fail('bad escape (end of pattern)', start)
    if (letter === 'A') return { source: '^', repeatable: false }
    if (letter === 'Z') return { source: '$', repeatable: false }
    if (letter === 'b' || letter === 'B') {
      return { source: wordBoundary(letter, this.#flags.ascii), repeatable: false }
    }
    if (/[dDwWsS]/.test(letter)) return { source: categoryClass(letter, this.#flags.ascii), repeatable: true }
    return { source: literal(escapedCharacter(cursor, letter, start)), repeatable: true }
  }

  #numberedReference(group: number, start: number): Atom {
    if (group > this.#groups) this.#cursor.fail(`invalid group reference ${group}`, start + 1)
    this.#unbounded++
    return { source: `(?:\\${group + this.#groupsBefore})`, repeatable: true, isGroup: true }
  }
}
