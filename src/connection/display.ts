import { StringDecoder } from 'node:string_decoder'

/** Most characters shown of one text unless told otherwise. */
const MOST = 4096

/** CSI and OSC sequences: colours, cursor movement, window titles, links. */
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g

/** C0 (without tab and line feed), DEL, C1; and what reorders or hides text: bidi controls, zero-width, line separators. */
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

/**
 * What a host printed, fit for a terminal, a log or a page: decoded once as UTF-8, without escape sequences, every
 * other control character and everything that reorders text shown as `\xNN` or `\u{NNNN}`, CRLF as LF, cut at `max` characters.
 */
export function displayText(bytes: Buffer, max = MOST): string {
  // Four bytes make at most two UTF-16 units, and sequences are dropped: look at more than will be shown, but not at all.
  const part = bytes.subarray(0, max * 8)
  const decoder = new StringDecoder('utf8')
  // An incomplete character at the end of a cut part is not the host's fault.
  const text = decoder.write(part) + (part.length === bytes.length ? decoder.end() : '')
  const shown = text.replaceAll('\r\n', '\n').replace(SEQUENCES, '').replace(HIDDEN, visible)
  if (shown.length <= max && part.length === bytes.length) return shown
  const cut = shown.slice(0, max)
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}
