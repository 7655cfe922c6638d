import { AwsError, CommonError } from '../errors.ts'
import { type CloudRequest, header } from '../request.ts'
import type { Signing } from '../service.ts'
import type { AccessKey, Principal, State } from '../state.ts'
import { type Authorization, parseAuthorization } from './authorization.ts'
import { verifyNodeKey } from './node-key.ts'
import { stringToSign, verifySecret } from './sigv4.ts'

/** How far a request's clock may be off, as every AWS service but S3 has it. */
const SKEW = 5 * 60_000

export interface Identity {
  readonly principal: Principal
  readonly accessKeyId: string
  readonly region: string
}

/**
 * Who sent a request, proved by its signature.
 * @param scope the service that the signature has to be for
 * @throws CommonError, AwsError as AWS refuses it
 */
export function authenticate(
  request: CloudRequest,
  scope: string,
  signing: Exclude<Signing, 'none'>,
  state: State,
  now: number,
): Identity {
  const authorization = parseAuthorization(header(request, 'authorization'))
  checkSignedHeaders(request, authorization)
  const date = header(request, 'x-amz-date')
  if (date === undefined) {
    throw new CommonError(
      'incomplete-signature',
      "Authorization header requires existence of an 'X-Amz-Date' header.",
    )
  }
  checkDate(date, authorization, now)
  checkScope(authorization, scope)
  const text = stringToSign(request, authorization, date)
  if (signing === 'node-key') return authenticateNode(authorization, text, state)

  const key = state.accessKeys.get(authorization.accessKeyId)
  if (key === undefined) throw unknownKey()
  checkToken(key, header(request, 'x-amz-security-token'), now)
  if (!verifySecret(authorization, key.secretAccessKey, text)) throw mismatch()
  const { accessKeyId, region } = authorization
  return { principal: key.principal, accessKeyId, region }
}

function authenticateNode(authorization: Authorization, text: string, state: State): Identity {
  const node = state.nodes.get(authorization.accessKeyId)
  if (node === undefined || node.region !== authorization.region) {
    throw new AwsError('InvalidInstanceId', `Not existing InstanceId ${authorization.accessKeyId}`)
  }
  if (!verifyNodeKey(authorization, node.publicKey, text)) throw mismatch()
  return {
    principal: { kind: 'node', nodeId: node.id, role: node.role, region: node.region },
    accessKeyId: node.id,
    region: node.region,
  }
}

/** The headers that say what is asked and when have to be signed; the agent leaves others of x-amz-* unsigned. */
function checkSignedHeaders(request: CloudRequest, authorization: Authorization): void {
  const needed = ['host', ...['x-amz-date', 'x-amz-target'].filter((name) => name in request.headers)]
  for (const name of needed) {
    if (!authorization.signedHeaders.includes(name)) {
      throw new CommonError('signature', `'${name}' must be a 'SignedHeader' in the AWS Authorization.`)
    }
  }
}

function checkDate(date: string, authorization: Authorization, now: number): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)
  if (match === null) {
    throw new CommonError('incomplete-signature', `Date must be in ISO-8601 'basic format'. Got '${date}'.`)
  }
  if (!date.startsWith(authorization.date)) {
    throw new CommonError(
      'signature',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${authorization.date}' != '${date.slice(0, 8)}', from '${date}'.`,
    )
  }
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const signed = Date.UTC(year, month - 1, day, hour, minute, second)
  if (signed < now - SKEW) {
    throw new CommonError(
      'signature',
      `Signature expired: ${date} is now earlier than ${basic(now - SKEW)} (${basic(now)} - 5 min.)`,
    )
  }
  if (signed > now + SKEW) {
    throw new CommonError(
      'signature',
      `Signature not yet current: ${date} is still later than ${basic(now + SKEW)} (${basic(now)} + 5 min.)`,
    )
  }
}

/** An empty region is refused too: what Prometheus signs when `sigv4` has none (facts/collectors.md 2.6). */
function checkScope(authorization: Authorization, scope: string): void {
  if (authorization.service !== scope) {
    throw new CommonError('signature', `Credential should be scoped to correct service: '${scope}'. `)
  }
  if (!/^[a-z]{2}(-[a-z]+)+-\d+$/.test(authorization.region)) {
    throw new CommonError('signature', 'Credential should be scoped to a valid region. ')
  }
}

function checkToken(key: AccessKey, token: string | undefined, now: number): void {
  if (key.sessionToken !== token) throw unknownKey()
  if (key.expires !== undefined && key.expires <= now) {
    throw new CommonError('expired-token', 'The security token included in the request is expired')
  }
}

function unknownKey(): CommonError {
  return new CommonError('unknown-key', 'The security token included in the request is invalid.')
}

function mismatch(): CommonError {
  return new CommonError(
    'signature',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  )
}

/** 20261122T080000Z */
function basic(time: number): string {
  return new Date(time).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
}
