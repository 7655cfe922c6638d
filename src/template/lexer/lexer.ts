import { expressionTokens } from './expression-tokens.ts'
import { OPENINGS, rulesFor } from './rules.ts'
import type { Settings } from './settings.ts'
import type { Token } from './token.ts'

export type Fail = (message: string, at: number) => never

/** Tokens of an expression without marks. */
export function tokenizeExpression(source: string, keepBackslashes: boolean, fail: Fail): Token[] {
  const tokens: Token[] = []
  expressionTokens(source, 0, undefined, keepBackslashes, (token) => tokens.push(token), fail)
  tokens.push({ kind: 'end', text: '', at: source.length })
  return tokens
}

/** Tokens of a whole template. The source has plain line feeds and no `#jinja2:` line. */
export function tokenize(source: string, settings: Settings, fail: Fail): Token[] {
  const lexer = new Lexer(source, settings, fail)
  lexer.run()
  return lexer.tokens
}

class Lexer {
  readonly tokens: Token[] = []
  readonly #source: string
  readonly #settings: Settings
  readonly #fail: Fail
  #at = 0
  /** The last mark ended with a line break, so what follows begins its line. */
  #atLineStart = true

  constructor(source: string, settings: Settings, fail: Fail) {
    this.#source = source
    this.#settings = settings
    this.#fail = fail
  }

  run(): void {
    const rules = rulesFor(this.#settings)
    while (this.#at < this.#source.length) {
      rules.root.lastIndex = this.#at
      const match = rules.root.exec(this.#source)
      if (match === null) {
        this.#data(this.#source.slice(this.#at), this.#at)
        break
      }
      const groups = match.groups!
      const opening = OPENINGS.find((name) => groups[name] !== undefined)!
      this.#textBefore(groups['text']!, groups[`${opening}Sign`] ?? '', opening === 'variable')
      this.#move(match[0])
      this.#inside(opening, this.#at - groups[opening]!.length)
    }
    this.tokens.push({ kind: 'end', text: '', at: this.#source.length })
  }

  #inside(opening: (typeof OPENINGS)[number], begin: number): void {
    const rules = rulesFor(this.#settings)
    switch (opening) {
      case 'comment': {
        this.#move(this.#rest(rules.comment, 'Missing end of comment tag', begin)[0])
        break
      }
      case 'lineComment':
        this.#move(this.#rest(rules.lineComment, '', begin)[0])
        break
      case 'raw': {
        const [whole, inner, sign] = this.#rest(rules.raw, 'Missing end of raw directive', begin)
        this.#textBefore(inner!, sign!, false)
        this.#move(whole)
        break
      }
      case 'variable':
        this.#code(begin, 'variable', rules.variableEnd, this.#settings.keepBackslashes)
        break
      case 'block':
        this.#code(begin, 'block', rules.blockEnd, false)
        break
      case 'lineStatement':
        this.#code(begin, 'block', rules.lineStatementEnd, false)
        break
    }
  }

  #code(begin: number, kind: 'block' | 'variable', end: RegExp, keepBackslashes: boolean): void {
    this.tokens.push({ kind: `${kind}Begin`, text: '', at: begin })
    const push = (token: Token) => this.tokens.push(token)
    const found = expressionTokens(this.#source, this.#at, end, keepBackslashes, push, this.#fail)
    if (found.closed) this.tokens.push({ kind: `${kind}End`, text: '', at: found.end })
    this.#at = found.next
    this.#atLineStart = this.#source[this.#at - 1] === '\n'
  }

  #rest(rule: RegExp, missing: string, begin: number): RegExpExecArray {
    rule.lastIndex = this.#at
    return rule.exec(this.#source) ?? this.#fail(missing, begin)
  }

  #move(matched: string): void {
    this.#at += matched.length
    this.#atLineStart = matched.endsWith('\n')
  }

  /** Text before a mark, less the blanks which the mark's sign or `lstrip_blocks` takes away. */
  #textBefore(text: string, sign: string, isVariable: boolean): void {
    let kept = text
    if (sign === '-') {
      kept = text.trimEnd()
    } else if (sign !== '+' && this.#settings.lstripBlocks && !isVariable) {
      const lineStart = text.lastIndexOf('\n') + 1
      if ((lineStart > 0 || this.#atLineStart) && /^\s*$/.test(text.slice(lineStart))) {
        kept = text.slice(0, lineStart)
      }
    }
    this.#data(kept, this.#at)
  }

  #data(text: string, at: number): void {
    if (text === '') return
    const { newline } = this.#settings
    this.tokens.push({ kind: 'data', text: newline === '\n' ? text : text.replaceAll('\n', newline), at })
  }
}
