import { CommonError } from '../errors.ts'

/** The parts of an `Authorization: AWS4-HMAC-SHA256 ...` header. */
export interface Authorization {
  readonly accessKeyId: string
  /** YYYYMMDD. */
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  /** Hex for an access key, base64 for a node's key. */
  readonly signature: string
}

/** `<date>/<region>/<service>/aws4_request`. */
export function scopeOf(authorization: Authorization): string {
  return `${authorization.date}/${authorization.region}/${authorization.service}/aws4_request`
}

/**
 * Reads the header.
 * @throws CommonError `missing-token` without a header, `incomplete-signature` for any other form
 */
export function parseAuthorization(value: string | undefined): Authorization {
  if (value === undefined) throw new CommonError('missing-token', 'Missing Authentication Token')
  const [algorithm, ...rest] = value.split(' ')
  if (algorithm !== 'AWS4-HMAC-SHA256') throw incomplete(`Unsupported AWS 'algorithm': '${algorithm}'.`)
  const parts = new Map<string, string>()
  for (const part of rest.join(' ').split(',')) {
    const [, key, content] = /^\s*(\w+)=(.*?)\s*$/.exec(part) ?? []
    if (key !== undefined && content !== undefined) parts.set(key, content)
  }
  for (const key of ['Credential', 'SignedHeaders', 'Signature']) {
    if (!parts.get(key)) throw incomplete(`Authorization header requires '${key}' parameter.`)
  }
  const credential = parts.get('Credential')!.split('/')
  if (credential.length !== 5 || credential[4] !== 'aws4_request') {
    throw incomplete("Credential must have exactly 5 slash-delimited elements and end with 'aws4_request'")
  }
  const [accessKeyId, date, region, service] = credential as [string, string, string, string]
  return {
    accessKeyId,
    date,
    region,
    service,
    signedHeaders: parts.get('SignedHeaders')!.split(';'),
    signature: parts.get('Signature')!,
  }
}

function incomplete(message: string): CommonError {
  return new CommonError('incomplete-signature', message)
}
