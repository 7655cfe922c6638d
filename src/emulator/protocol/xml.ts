import { AwsError, type CommonError, type CommonKind } from '../errors.ts'
import type { Answer, CloudRequest } from '../request.ts'

/** What an XML answer is made from; a list becomes `<member>` elements, undefined nothing. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue }

const COMMON: Readonly<Record<CommonKind, readonly [code: string, status: number]>> = {
  'missing-token': ['MissingAuthenticationToken', 403],
  'incomplete-signature': ['IncompleteSignature', 400],
  'unknown-key': ['InvalidClientTokenId', 403],
  'expired-token': ['ExpiredToken', 403],
  signature: ['SignatureDoesNotMatch', 403],
  'access-denied': ['AccessDenied', 403],
  throttled: ['Throttling', 400],
  'unknown-operation': ['InvalidAction', 400],
}

// Written by hand: a builder of four cases. Answers have no attributes, comments or mixed content.
function write(value: XmlValue): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map((item) => `<member>${write(item)}</member>`).join('')
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, content]) =>
        content === undefined ? '' : `<${name}>${write(content as XmlValue)}</${name}>`,
      )
      .join('')
  }
  return String(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** The members of a Query request: form fields as they are, `Tags.member.1.Key` and all. */
export function readForm(request: CloudRequest): URLSearchParams {
  return new URLSearchParams(request.body.length > 0 ? request.body.toString('utf8') : request.query)
}

/** A Query answer: `<ActionResponse><ActionResult>...`. */
export function xml(namespace: string, action: string, result: XmlValue, requestId: string): Answer {
  const inner = result === undefined ? '' : `<${action}Result>${write(result)}</${action}Result>`
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<${action}Response xmlns="${namespace}">${inner}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`,
  }
}

/** A Query error. */
export function xmlError(namespace: string, error: AwsError | CommonError, requestId: string): Answer {
  const [code, status] = error instanceof AwsError ? [error.code, error.status] : COMMON[error.kind]
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse xmlns="${namespace}"><Error><Type>${status >= 500 ? 'Receiver' : 'Sender'}</Type><Code>${code}</Code><Message>${write(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  }
}
