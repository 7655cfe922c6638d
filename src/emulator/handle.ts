import { randomUUID } from 'node:crypto'
import type { SeriesStore } from './amp/series-store.ts'
import { amp } from './amp/service.ts'
import { authenticate, type Identity } from './auth/authenticate.ts'
import { authorize } from './auth/authorize.ts'
import type { Needed } from './auth/evaluate.ts'
import { AwsError, CommonError } from './errors.ts'
import { iam } from './iam/service.ts'
import { restError } from './protocol/rest.ts'
import type { Answer, CloudRequest } from './request.ts'
import type { RequestLog } from './request-log.ts'
import type { Call, Service } from './service.ts'
import type { Settings } from './settings.ts'
import { ec2messages, ssm } from './ssm/service.ts'
import type { Principal, State } from './state.ts'
import { sts, WHO_AM_I } from './sts.ts'
import { Throttle } from './throttle.ts'

const SERVICES: readonly Service[] = [ssm, ec2messages, iam, sts, amp]

/** Reading and reporting state that is not worth a write to the state file before the answer. */
const UNHURRIED: ReadonlySet<string> = new Set(['ssm:UpdateInstanceInformation'])
const READING = /^\w+:(Describe|List|Get|Query|RemoteWrite)/

/** What the requests of one cloud share. */
export interface World {
  readonly state: State
  readonly series: SeriesStore
  readonly settings: Settings
  readonly log: RequestLog
  readonly prometheus: string | undefined
  /** Writes the state down, if it is kept in a file. */
  save(): Promise<void>
}

/**
 * Makes the function that answers requests.
 * It returns null when the answer is to be lost: the operation is carried out, the connection cut.
 */
export function requestHandler(world: World): (request: CloudRequest) => Promise<Answer | null> {
  const throttle = new Throttle()

  return async (request) => {
    const requestId = randomUUID()
    const service = SERVICES.find((candidate) => candidate.handles(request))
    let operation = '-'
    let identity: Identity | null = null
    let error: string | null = null
    let needs: readonly Needed[] = []
    let answer: Answer
    try {
      if (service === undefined) throw new CommonError('unknown-operation', 'No service answers this request')
      operation = service.operation(request)
      identity = identify(service, operation, request, world)
      throttle.take(operation, world.settings.throttle[operation], performance.now())
      const call = callOf(operation, request, requestId, identity, world)
      needs = neededBy(service, call)
      authorize(call, needs)
      answer = await carryOut(service, call, world)
      if (answer.status >= 400) error = `HTTP ${answer.status}`
    } catch (thrown) {
      const failure = known(thrown)
      error = failure instanceof AwsError ? failure.code : failure.kind
      answer = (service?.refuse ?? restError)(failure, requestId)
    }
    world.log.add({
      time: Date.now(),
      operation,
      principal: nameOf(identity?.principal ?? null),
      accessKeyId: identity?.accessKeyId ?? null,
      status: answer.status,
      error,
      needs,
    })
    const lost = world.settings.lostAnswers[operation] ?? 0
    if (lost > 0) {
      world.settings.lostAnswers[operation] = lost - 1
      return null
    }
    const date = new Date(cloudTime(world.settings)).toUTCString()
    return { ...answer, headers: { ...answer.headers, 'x-amzn-requestid': requestId, date } }
  }
}

function identify(service: Service, operation: string, request: CloudRequest, world: World): Identity | null {
  const signing = service.signing(operation)
  return signing === 'none'
    ? null
    : authenticate(request, service.scope, signing, world.state, cloudTime(world.settings))
}

function callOf(
  operation: string,
  request: CloudRequest,
  requestId: string,
  identity: Identity | null,
  { state, series, settings, prometheus }: World,
): Call {
  return {
    request,
    requestId,
    operation,
    principal: identity?.principal ?? null,
    region: identity?.region ?? '',
    state,
    series,
    settings,
    now: cloudTime(settings),
    prometheus,
  }
}

/** A node's own key is for the calls that give it credentials; those have no policy, and neither has asking who one is. */
function neededBy(service: Service, call: Call): Needed[] {
  if (service.signing(call.operation) !== 'access-key' || call.operation === WHO_AM_I) return []
  // Everything comes over plain HTTP here.
  const always = { 'aws:requestedregion': call.region, 'aws:securetransport': 'false' }
  return service.needs(call).map((needed) => ({ ...needed, context: { ...always, ...needed.context } }))
}

async function carryOut(service: Service, call: Call, world: World): Promise<Answer> {
  const { operation } = call
  const answer = await service.answer(call)
  if (!READING.test(operation)) {
    const saved = world.save()
    if (UNHURRIED.has(operation)) saved.catch(() => undefined)
    else await saved
  }
  return answer
}

function cloudTime(settings: Settings): number {
  return Date.now() + settings.clockOffset * 1000
}

function nameOf(principal: Principal | null): string {
  if (principal === null) return 'anonymous'
  if (principal.kind === 'node') return principal.nodeId
  return principal.kind === 'user' ? principal.name : 'administrator'
}

/** A bug of the stand-in is answered as a service's own failure, and not lost. */
function known(thrown: unknown): AwsError | CommonError {
  if (thrown instanceof AwsError || thrown instanceof CommonError) return thrown
  return new AwsError('InternalServerError', String(thrown), 500)
}
