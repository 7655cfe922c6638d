/**
 * Text that shows what is in it: control characters, escape sequences and characters that turn the reading direction
 * become `\xNN` or `\u{NNNN}`; line ends stay unless `oneLine`. For everything shown that a host or a file may have sent.
 */
export function visible(text: string, oneLine = true): string {
  return text.replaceAll(HIDDEN, (character) => {
    if (!oneLine && (character === '\n' || character === '\t')) return character
    if (character === '\n') return '\\n'
    if (character === '\t') return '\\t'
    const code = character.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}

// C0 and C1 controls, DEL, zero-width characters, line separators, and the marks and overrides of bidirectional text.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
