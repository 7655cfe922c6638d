import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { CloudRequest } from '../request.ts'
import { type Authorization, scopeOf } from './authorization.ts'

// The SDK's signer cannot be used to verify: it chooses the headers to sign itself, and works on decoded queries.

/**
 * The text that was signed, from the request as it came (AWS's "Signature Version 4 signing process").
 * @param date the request's X-Amz-Date
 */
export function stringToSign(request: CloudRequest, authorization: Authorization, date: string): string {
  const canonical = [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    ...authorization.signedHeaders.map((name) => `${name}:${canonicalHeader(request.headers[name] ?? [])}`),
    '',
    authorization.signedHeaders.join(';'),
    createHash('sha256').update(request.body).digest('hex'),
  ].join('\n')
  return [
    'AWS4-HMAC-SHA256',
    date,
    scopeOf(authorization),
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n')
}

/** Whether the signature was made with the secret. */
export function verifySecret(authorization: Authorization, secret: string, text: string): boolean {
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()
  const key = hmac(
    hmac(hmac(hmac(`AWS4${secret}`, authorization.date), authorization.region), authorization.service),
    'aws4_request',
  )
  const expected = Buffer.from(hmac(key, text).toString('hex'))
  const given = Buffer.from(authorization.signature)
  return expected.length === given.length && timingSafeEqual(expected, given)
}

/** Every segment once more encoded than on the wire, dots resolved: the rule of all services but S3. */
function canonicalPath(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '.' && segment !== '') segments.push(segment)
  }
  const slash = segments.length > 0 && path.endsWith('/') ? '/' : ''
  return `/${segments.map(encode).join('/')}${slash}`
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      const [key, value] = equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
      return [encode(decode(key)), encode(decode(value))] as const
    })
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([key, value]) => `${key}=${value}`)
    .join('&')
}

function canonicalHeader(values: readonly string[]): string {
  return values.map((value) => value.trim().replaceAll(/\s+/g, ' ')).join(',')
}

/** Percent-encodes all but RFC 3986's unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
