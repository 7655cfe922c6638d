import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { decode, encode } from '../python/text/encoding.ts'
import { str } from '../python/text/repr.ts'
import { isTrue } from '../python/truth.ts'

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
