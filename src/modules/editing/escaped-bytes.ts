/** A character of UTF-8 in bytes held as latin1 text, or one byte that belongs to none. */
const CHARACTER =
  /[\x00-\x7f]+|(?:[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})+|([\x80-\xff])/g

/** UTF-8 as text, in which a byte that belongs to no character is a lone surrogate (Python's `surrogateescape`). */
export function decodeEscaped(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!text.includes('\ufffd')) return text
  return bytes
    .toString('latin1')
    .replace(CHARACTER, (run: string, stray: string | undefined) =>
      stray === undefined
        ? Buffer.from(run, 'latin1').toString('utf8')
        : String.fromCharCode(0xdc00 + stray.charCodeAt(0)),
    )
}

/** The bytes of {@link decodeEscaped} again. */
export function encodeEscaped(text: string): Buffer {
  const parts = text.split(/([\udc80-\udcff])/u)
  return Buffer.concat(
    parts.map((part, at) =>
      at % 2 === 1 ? Buffer.of(part.charCodeAt(0) - 0xdc00) : Buffer.from(part, 'utf8'),
    ),
  )
}
