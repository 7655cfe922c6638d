import { PythonError } from '../error.ts'

type Encoding = 'utf8' | 'utf16le' | 'latin1' | 'ascii'

const ENCODINGS: Readonly<Record<string, Encoding>> = {
  utf8: 'utf8',
  u8: 'utf8',
  utf16le: 'utf16le',
  latin1: 'latin1',
  iso88591: 'latin1',
  ascii: 'ascii',
  usascii: 'ascii',
}

/** The encoding of one of Python's names. @throws PythonError for one that is not known */
export function encodingOf(name: string): Encoding {
  const encoding = ENCODINGS[name.toLowerCase().replace(/[-_ ]/g, '')]
  if (encoding === undefined) {
    throw new PythonError(`unknown encoding: ${name} (known are utf-8, utf-16-le, latin-1 and ascii)`)
  }
  return encoding
}

/** Python's `text.encode(name)`. @throws PythonError for characters that the encoding does not have */
export function encode(text: string, name: string): Buffer {
  const encoding = encodingOf(name)
  const beyond = encoding === 'latin1' ? /[^\0-\xff]/ : encoding === 'ascii' ? /[^\0-\x7f]/ : undefined
  if (beyond?.test(text)) throw new PythonError(`the text has characters that ${name} does not have`)
  return Buffer.from(text, encoding)
}

/** Python's `bytes.decode(name)`. @throws PythonError for bytes that are no text in the encoding */
export function decode(bytes: Buffer, name: string): string {
  const encoding = encodingOf(name)
  if (encoding === 'latin1') return bytes.toString('latin1')
  const label = encoding === 'utf16le' ? 'utf-16le' : 'utf-8'
  try {
    if (encoding === 'ascii' && bytes.some((byte) => byte > 0x7f)) throw new TypeError()
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new PythonError(`the decoded bytes are no text in ${name}`)
  }
}
