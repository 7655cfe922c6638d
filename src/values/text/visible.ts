import { StringDecoder } from 'node:string_decoder'

/**
 * Controls (C0, C1, DEL), separators of lines and paragraphs, and what hides or reorders text: marks and overrides of
 * bidirectional text, soft hyphens, characters of no width, fillers, tags. The choice between a sign and its emoji is
 * none of them.
 */
const HIDDEN = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Whether a character is none that a reader sees. */
export function isHiding(character: string): boolean {
  return HIDDEN_ONE.test(character)
}

const HIDDEN_ONE = new RegExp(HIDDEN.source, 'u')

/** A value as one line of JSON in which everything is to be seen. */
export function jsonLine(value: unknown): string {
  return visibleJson(JSON.stringify(value))
}

/** JSON with what {@link visible} would show as an escape in JSON's escapes: it reads back as it was. */
export function visibleJson(json: string): string {
  return json.replaceAll(HIDDEN, (character) =>
    // Between the values: in them it is an escape already.
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
          .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
          .join(''),
  )
}

/** CSI and OSC sequences: colours, cursor movement, window titles, links. */
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g

/** Most characters kept of one text unless told otherwise. What is shown is cut shorter, once it is masked. */
const MOST = 64 * 1024

/**
 * Text that shows what is in it: control characters and characters that hide or reorder text become `\xNN` or
 * `\u{NNNN}`; line ends and tabs stay unless `oneLine`. For everything shown that a host or a file may have sent.
 */
export function visible(text: string, oneLine = true): string {
  return text.replaceAll(HIDDEN, (character) => {
    if (character === '\n') return oneLine ? '\\n' : character
    if (character === '\t') return oneLine ? '\\t' : character
    const code = character.codePointAt(0) ?? 0
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}

/**
 * What a host printed, fit for a message: bytes decoded once as UTF-8, escape sequences left out, CRLF as LF, made
 * {@link visible}, cut at `max` characters.
 */
export function displayText(printed: Buffer | string, max = MOST): string {
  const text = typeof printed === 'string' ? printed : decode(printed, max)
  const whole = typeof printed === 'string' || printed.length <= max * 8
  const shown = visible(text.replaceAll('\r\n', '\n').replace(SEQUENCES, ''), false)
  return shown.length <= max && whole ? shown : `${withoutHalf(shown.slice(0, max))}…`
}

/** The first `max` characters, with a mark where there are more. Mask before, or half a secret may be left. */
export function cut(text: string, max = Number.POSITIVE_INFINITY): string {
  return text.length <= max ? text : `${withoutHalf(text.slice(0, max))}…`
}

/** Without the first half of a character that was cut in two. */
function withoutHalf(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text
}

/** Four bytes make at most two UTF-16 units, and sequences are dropped: more than will be shown, but not all. */
function decode(bytes: Buffer, max: number): string {
  const part = bytes.subarray(0, max * 8)
  const decoder = new StringDecoder('utf8')
  // An incomplete character at the end of a cut part is not the host's fault.
  return decoder.write(part) + (part.length === bytes.length ? decoder.end() : '')
}
