import { AwsError, type CommonError, type CommonKind } from '../errors.ts'
import type { Answer } from '../request.ts'

const COMMON: Readonly<Record<CommonKind, readonly [code: string, status: number]>> = {
  'missing-token': ['MissingAuthenticationTokenException', 403],
  'incomplete-signature': ['IncompleteSignatureException', 403],
  'unknown-key': ['UnrecognizedClientException', 403],
  'expired-token': ['ExpiredTokenException', 403],
  signature: ['InvalidSignatureException', 403],
  'access-denied': ['AccessDeniedException', 403],
  throttled: ['ThrottlingException', 429],
  'unknown-operation': ['UnknownOperationException', 404],
}

/** REST-JSON: the code in a header, `{"message": ...}` as the body. */
export function restError(error: AwsError | CommonError): Answer {
  const [code, status] = error instanceof AwsError ? [error.code, error.status] : COMMON[error.kind]
  const members = error instanceof AwsError ? error.members : {}
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ message: error.message, ...members }),
  }
}

/** An answer of the REST-JSON protocol (AMP). */
export function rest(value: unknown, status = 200): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}
