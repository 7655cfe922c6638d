import { AwsError, type CommonError, type CommonKind } from '../errors.ts'
import type { Answer, CloudRequest } from '../request.ts'

const COMMON: Readonly<Record<CommonKind, string>> = {
  'missing-token': 'MissingAuthenticationTokenException',
  'incomplete-signature': 'IncompleteSignatureException',
  'unknown-key': 'UnrecognizedClientException',
  'expired-token': 'ExpiredTokenException',
  signature: 'InvalidSignatureException',
  'access-denied': 'AccessDeniedException',
  throttled: 'ThrottlingException',
  'unknown-operation': 'UnknownOperationException',
}

/** AWS JSON 1.1: the members of an operation. @throws AwsError SerializationException */
export function readJson(request: CloudRequest): Readonly<Record<string, unknown>> {
  if (request.body.length === 0) return {}
  try {
    const value: unknown = JSON.parse(request.body.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch {
    // Answered below, as any other body that is not a structure.
  }
  throw new AwsError('SerializationException', 'Expected a JSON object as the body')
}

/** An answer of the JSON 1.1 protocol (SSM). */
export function json(value: unknown): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(value),
  }
}

/** `{"__type": code, "message": ...}`, HTTP 400 or the error's own status. */
export function jsonError(error: AwsError | CommonError): Answer {
  const [code, status, members] =
    error instanceof AwsError ? [error.code, error.status, error.members] : [COMMON[error.kind], 400, {}]
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code },
    body: JSON.stringify({ __type: code, message: error.message, ...members }),
  }
}
