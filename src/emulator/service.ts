import type { SeriesStore } from './amp/series-store.ts'
import type { Needed } from './auth/evaluate.ts'
import type { AwsError, CommonError } from './errors.ts'
import type { Answer, CloudRequest } from './request.ts'
import type { Settings } from './settings.ts'
import type { Principal, State } from './state.ts'

/** What an operation works with. */
export interface Call {
  readonly request: CloudRequest
  readonly requestId: string
  /** `ssm:CreateActivation`: the name IAM gives the permission, also used for counts and throttling. */
  readonly operation: string
  readonly principal: Principal | null
  readonly region: string
  readonly state: State
  readonly series: SeriesStore
  readonly settings: Settings
  /** The cloud's time, milliseconds since the epoch. */
  readonly now: number
  /** Base URL of a real Prometheus to which AMP's data plane is handed, or undefined. */
  readonly prometheus: string | undefined
}

/** How a request is signed: not at all, by a node's own key, or by an access key. */
export type Signing = 'none' | 'node-key' | 'access-key'

/** One of AWS's services behind the cloud's single port. */
export interface Service {
  /** The service's name in the scope of signatures. */
  readonly scope: string
  /** Whether the request is for this service, told as the real endpoints' names would: by target, form and path. */
  handles(request: CloudRequest): boolean
  /** `ssm:CreateActivation`. @throws CommonError `unknown-operation` */
  operation(request: CloudRequest): string
  signing(operation: string): Signing
  /** The permissions that the request needs, all of them; the condition keys that every request has are added. */
  needs(call: Call): readonly Needed[]
  /** Carries the operation out. @throws AwsError, CommonError */
  answer(call: Call): Answer | Promise<Answer>
  /** An error in the service's own protocol. */
  refuse(error: AwsError | CommonError, requestId: string): Answer
}
