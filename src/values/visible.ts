import { StringDecoder } from 'node:string_decoder'

/**
 * C0 and C1 controls, DEL, and what hides or reorders text: soft hyphens, zero-width characters, line separators, marks
 * and overrides of bidirectional text, tags.
 */
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

/** CSI and OSC sequences: colours, cursor movement, window titles, links. */
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g

/** Most characters shown of one text unless told otherwise. */
const MOST = 4096

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
  if (shown.length <= max && whole) return shown
  const cut = shown.slice(0, max)
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}

/** Four bytes make at most two UTF-16 units, and sequences are dropped: more than will be shown, but not all. */
function decode(bytes: Buffer, max: number): string {
  const part = bytes.subarray(0, max * 8)
  const decoder = new StringDecoder('utf8')
  // An incomplete character at the end of a cut part is not the host's fault.
  return decoder.write(part) + (part.length === bytes.length ? decoder.end() : '')
}
