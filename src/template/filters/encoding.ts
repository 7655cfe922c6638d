import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { str } from '../python/repr.ts'
import { isTrue } from '../python/truth.ts'

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

function encodingOf(name: string): Encoding {
  const encoding = ENCODINGS[name.toLowerCase().replace(/[-_ ]/g, '')]
  if (encoding === undefined) {
    throw new PythonError(`unknown encoding: ${name} (known are utf-8, utf-16-le, latin-1 and ascii)`)
  }
  return encoding
}

function encode(text: string, name: string): Buffer {
  const encoding = encodingOf(name)
  const bound = encoding === 'latin1' ? 0xff : encoding === 'ascii' ? 0x7f : undefined
  if (bound !== undefined && Array.from(text).some((character) => character.codePointAt(0)! > bound)) {
    throw new PythonError(`the text has characters that ${name} does not have`)
  }
  return Buffer.from(text, encoding)
}

function decode(bytes: Buffer, name: string): string {
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

const b64encode: Filter = (input, args) => {
  const { encoding, urlsafe } = bind(args, { encoding: 'utf-8', urlsafe: false })
  const text = encode(str(input), asText(encoding, 'encoding')).toString('base64')
  return isTrue(urlsafe) ? text.replaceAll('+', '-').replaceAll('/', '_') : text
}

const b64decode: Filter = (input, args) => {
  const { encoding, urlsafe } = bind(args, { encoding: 'utf-8', urlsafe: false })
  const given = str(input)
  const standard = isTrue(urlsafe) ? given.replaceAll('-', '+').replaceAll('_', '/') : given
  // Python passes over what is not of the alphabet, line ends above all.
  const digits = standard.replace(/[^A-Za-z0-9+/=]/g, '')
  const data = /^[^=]*/.exec(digits)![0]
  const padding = digits.length - data.length
  if (data.length % 4 === 1) {
    throw new PythonError(
      `Invalid base64-encoded string: number of data characters (${data.length}) cannot be 1 more than a multiple of 4`,
    )
  }
  if ((data.length % 4) + padding < 4 && data.length % 4 !== 0) throw new PythonError('Incorrect padding')
  return decode(Buffer.from(data, 'base64'), asText(encoding, 'encoding'))
}

export const filters: Readonly<Record<string, Filter>> = { b64encode, b64decode }
