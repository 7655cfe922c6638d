/** An error of one operation, in AWS's words: its code and message, and the HTTP status where it is not 400. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number
  /** Members beside code and message (`resourceId` ...), for protocols that carry them. */
  readonly members: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = 'AwsError'
    this.code = code
    this.status = status
    this.members = members
  }
}

/** What every service may answer before an operation is reached. Each protocol has its own code and status for it. */
export type CommonKind =
  | 'missing-token'
  | 'incomplete-signature'
  | 'unknown-key'
  | 'expired-token'
  | 'signature'
  | 'access-denied'
  | 'throttled'
  | 'unknown-operation'

/** An error that every service of AWS knows; each protocol spells its code in its own way (`protocol/`). */
export class CommonError extends Error {
  readonly kind: CommonKind

  constructor(kind: CommonKind, message: string) {
    super(message)
    this.name = 'CommonError'
    this.kind = kind
  }
}
