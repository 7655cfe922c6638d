import { CONTROL_ESCAPES } from '../../values/text/control-escapes.ts'

const ESCAPE = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gs
const SHORT: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
  ...CONTROL_ESCAPES,
}

/** A text constant with its escapes read as Python reads them; unknown ones (`\d`) stay as they are. */
export function readEscapes(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(ESCAPE, (whole, octal, x, u, U, single) => {
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
    const hex = x ?? u ?? U
    if (hex !== undefined) {
      const code = Number.parseInt(hex, 16)
      return code > 0x10ffff ? whole : String.fromCodePoint(code)
    }
    return SHORT[single] ?? whole
  })
}
