import { isHiding } from '../text/visible.ts'
import { type View, ViewBuilder } from './view.ts'

const [ESC, BACKSLASH, PERCENT, AMPERSAND, APOSTROPHE, QUOTE] = [0x1b, 0x5c, 0x25, 0x26, 0x27, 0x22] as const
const [LF, TAB, BELL, BACKTICK, CARET] = [0x0a, 0x09, 0x07, 0x60, 0x5e] as const

/** Letters behind a backslash, as shells, JSON, C, Python and YAML write them. */
const LETTERS: ReadonlyMap<number, number> = new Map(
  Object.entries({ n: 10, t: 9, r: 13, b: 8, f: 12, v: 11, a: 7, e: 27, E: 27 }).map(([letter, code]) => [
    letter.charCodeAt(0),
    code,
  ]),
)
/** HTML's names of the punctuation of ASCII that templates and browsers use, and of Latin-1 from U+00A0 in its order. */
const PUNCTUATION = {
  ...{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos', '!': 'excl', '#': 'num', $: 'dollar' },
  ...{ '%': 'percnt', '(': 'lpar', ')': 'rpar', '*': 'ast', '+': 'plus', ',': 'comma', '.': 'period' },
  ...{ '/': 'sol', ':': 'colon', ';': 'semi', '=': 'equals', '?': 'quest', '@': 'commat', '[': 'lsqb' },
  ...{
    '\\': 'bsol',
    ']': 'rsqb',
    '^': 'Hat',
    _: 'lowbar',
    '`': 'grave',
    '{': 'lcub',
    '|': 'verbar',
    '}': 'rcub',
  },
}
const LATIN_1 =
  `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro
  para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave
  Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc
  Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc
  iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml`.split(
    /\s+/,
  )
const NAMED: ReadonlyMap<string, number> = new Map([
  ...Object.entries(PUNCTUATION).map(([sign, name]): [string, number] => [name, sign.charCodeAt(0)]),
  ...LATIN_1.map((name, index): [string, number] => [name, 0xa0 + index]),
])
/** An apostrophe inside a word of a shell between apostrophes, and doubled quotes as YAML, SQL and CSV write them. */
const QUOTED: readonly (readonly [text: string, byte: number])[] = [
  [`'\\''`, APOSTROPHE],
  [`'"'"'`, APOSTROPHE],
  [`''`, APOSTROPHE],
  [`""`, QUOTE],
]
/** What stands behind the escape characters of PowerShell and cmd. */
const BEHIND_BACKTICK = Buffer.from('`"\'$')
const BEHIND_CARET = Buffer.from('&<>|^%"()')

/** What one escape means: a code point (or a byte as it is), nothing, and how many bytes it takes. */
interface Escape {
  readonly length: number
  readonly code?: number
  readonly byte?: number
}

/**
 * A text with one layer of escapes read: backslashes, percent and HTML entities mean characters, doubled quotes are
 * one, and what terminals and readers do not see is gone (colours and other sequences, controls, characters of no
 * width). Undefined when there is nothing to read. Secrets are read the same way, so it does not matter where text
 * is taken for an escape that was meant to be none.
 */
export function readEscapes(view: View): View | undefined {
  const { bytes } = view
  const reader = new EscapeReader(bytes)
  let first = 0
  while (first < bytes.length && reader.at(first) === undefined) first += 1
  if (first === bytes.length) return undefined
  const builder = new ViewBuilder(view, bytes.length)
  for (let at = 0; at < first; at++) builder.add(bytes[at]!, at, at + 1)
  for (let at = first; at < bytes.length; ) {
    const read = reader.at(at)
    if (read === undefined) {
      builder.add(bytes[at]!, at, at + 1)
      at += 1
      continue
    }
    const behind = at + read.length
    if (read.byte !== undefined) builder.add(read.byte, at, behind)
    if (read.code !== undefined)
      for (const byte of Buffer.from(String.fromCodePoint(read.code))) builder.add(byte, at, behind)
    at = behind
  }
  return builder.done()
}

class EscapeReader {
  readonly #bytes: Uint8Array
  /** Set when a sequence has no end: then none that begins later has one, and looking again would cost a square. */
  #noEnd = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  at(at: number): Escape | undefined {
    switch (this.#bytes[at]) {
      case ESC:
        return { length: this.#sequence(at) }
      case BACKSLASH:
        return this.#backslash(at)
      case PERCENT:
        return this.#percent(at)
      case AMPERSAND:
        return this.#entity(at)
      case APOSTROPHE:
      case QUOTE:
        return this.#quotes(at)
      case BACKTICK:
        return this.#pair(at, BEHIND_BACKTICK)
      case CARET:
        return this.#pair(at, BEHIND_CARET)
      default:
        return this.#hidden(at)
    }
  }

  /** Length of a terminal's sequence: CSI, OSC, or two characters. */
  #sequence(at: number): number {
    const kind = this.#bytes[at + 1]
    if (kind === 0x5b) {
      let end = at + 2
      while (this.#within(end, 0x20, 0x3f)) end += 1
      return this.#within(end, 0x40, 0x7e) ? end + 1 - at : end - at
    }
    if (kind === 0x5d && !this.#noEnd) {
      for (let end = at + 2; end < this.#bytes.length; end++) {
        if (this.#bytes[end] === BELL) return end + 1 - at
        if (this.#bytes[end] === ESC) return this.#bytes[end + 1] === BACKSLASH ? end + 2 - at : end - at
      }
      this.#noEnd = true
    }
    return this.#within(at + 1, 0x40, 0x5f) ? 2 : 1
  }

  #backslash(at: number): Escape | undefined {
    const next = this.#bytes[at + 1]
    if (next === undefined) return undefined
    const letter = LETTERS.get(next)
    if (letter !== undefined) return { length: 2, byte: letter }
    if (next === 0x78) return this.#number(at, 2, 2, 'byte')
    if (next === 0x75) return this.#unicode(at)
    if (next === 0x55) return this.#number(at, 2, 8, 'code')
    if (next >= 0x30 && next <= 0x37) return this.#octal(at)
    if (next === LF) return { length: 2 }
    // What nobody sees is not what the backslash is for; it goes in its own turn.
    if (!this.#within(at + 1, 0x20, 0x7e) || /[\dA-Za-z]/.test(String.fromCharCode(next))) return undefined
    return { length: 2, byte: next }
  }

  #octal(at: number): Escape {
    let value = 0
    let end = at + 1
    while (end < at + 4 && this.#within(end, 0x30, 0x37)) value = value * 8 + this.#bytes[end++]! - 0x30
    return { length: end - at, byte: value & 0xff }
  }

  /** `\u00e9`, a pair of surrogates, `\u{1f600}`. */
  #unicode(at: number): Escape | undefined {
    if (this.#bytes[at + 2] === 0x7b) {
      const digits = this.#digits(at + 3, 6)
      const end = at + 3 + digits.length
      return digits !== '' && this.#bytes[end] === 0x7d ? asCode(digits, end + 1 - at) : undefined
    }
    const first = this.#number(at, 2, 4, 'code')
    const code = first?.code
    if (code === undefined || code < 0xd800 || code > 0xdbff) return first
    const second =
      this.#bytes[at + 6] === BACKSLASH && this.#bytes[at + 7] === 0x75
        ? this.#number(at + 6, 2, 4, 'code')?.code
        : undefined
    if (second === undefined || second < 0xdc00 || second > 0xdfff) return first
    return { length: 12, code: 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00) }
  }

  #percent(at: number): Escape | undefined {
    if (this.#bytes[at + 1] === PERCENT) return { length: 2, byte: PERCENT }
    if (this.#bytes[at + 1] === 0x75) return this.#number(at, 2, 4, 'code')
    return this.#number(at, 1, 2, 'byte')
  }

  /** `&#65;`, `&#x41;`, `&amp;` */
  #entity(at: number): Escape | undefined {
    const text = Buffer.from(this.#bytes.subarray(at, at + 12)).toString('latin1')
    const [whole, decimal, hexadecimal, name] =
      /^&(?:#(\d{1,7});?|#[xX]([\da-fA-F]{1,6});?|([A-Za-z][a-z0-9]{1,6}|AElig|ETH|THORN);)/.exec(text) ?? []
    if (whole === undefined) return undefined
    if (name !== undefined) {
      const code = NAMED.get(name)
      return code === undefined ? undefined : { length: whole.length, code }
    }
    return decimal === undefined
      ? asCode(hexadecimal!, whole.length)
      : asCode(Number(decimal).toString(16), whole.length)
  }

  #quotes(at: number): Escape | undefined {
    const found = QUOTED.find(([text]) => {
      for (let index = 0; index < text.length; index++)
        if (this.#bytes[at + index] !== text.charCodeAt(index)) return false
      return true
    })
    return found === undefined ? undefined : { length: found[0].length, byte: found[1] }
  }

  /** An escape character and one of those that it is for. */
  #pair(at: number, behind: Buffer): Escape | undefined {
    const next = this.#bytes[at + 1]
    return next !== undefined && behind.includes(next) ? { length: 2, byte: next } : undefined
  }

  /** A character that nobody sees, in its UTF-8 bytes. */
  #hidden(at: number): Escape | undefined {
    const byte = this.#bytes[at]!
    if (byte < 0x20) return byte === LF || byte === TAB ? undefined : { length: 1 }
    if (byte < 0x7f) return undefined
    if (byte === 0x7f) return { length: 1 }
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1
    if (length === 1 || at + length > this.#bytes.length) return undefined
    let code = byte & (0xff >> (length + 1))
    for (let more = 1; more < length; more++) code = (code << 6) | (this.#bytes[at + more]! & 0x3f)
    return code <= 0x10ffff && isHiding(String.fromCodePoint(code)) ? { length } : undefined
  }

  #number(at: number, skipped: number, digits: number, kind: 'byte' | 'code'): Escape | undefined {
    const written = this.#digits(at + skipped, digits)
    if (written.length < digits) return undefined
    const length = skipped + digits
    return kind === 'code' ? asCode(written, length) : { length, byte: Number.parseInt(written, 16) }
  }

  #digits(at: number, most: number): string {
    const text = Buffer.from(this.#bytes.subarray(at, at + most)).toString('latin1')
    return /^[\da-fA-F]*/.exec(text)![0]
  }

  #within(at: number, low: number, high: number): boolean {
    const byte = this.#bytes[at]
    return byte !== undefined && byte >= low && byte <= high
  }
}

function asCode(hexadecimal: string, length: number): Escape | undefined {
  const code = Number.parseInt(hexadecimal, 16)
  return code > 0x10ffff ? undefined : { length, code }
}
