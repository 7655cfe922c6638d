import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { bySystemsManager, trusts } from '../auth/evaluate.ts'
import { AwsError } from '../errors.ts'
import { arnPrefix } from '../partition.ts'
import { Input } from '../protocol/input.ts'
import { page } from '../protocol/paging.ts'
import type { Call } from '../service.ts'
import { type Activation, seenBy } from '../state.ts'
import { tagList } from './tags.ts'

const DAY = 24 * 3_600_000
const NAME = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u
const FILTERS: Readonly<Record<string, (activation: Activation) => string | undefined>> = {
  ActivationIds: ({ id }) => id,
  DefaultInstanceName: ({ defaultInstanceName }) => defaultInstanceName,
  IamRole: ({ role }) => role,
}

/** CreateActivation. The code is returned once and kept only as a hash. */
export function createActivation(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  const input = new Input(members)
  const role = input.text('IamRole', { required: true, max: 64 })
  const limit = input.integer('RegistrationLimit', { min: 1, max: 1000 }) ?? 1
  const description = input.text('Description', { max: 256 })
  const defaultInstanceName = input.text('DefaultInstanceName', { max: 256, pattern: NAME })
  const tags = input.tags('Tags', 1000) ?? {}
  const expires = input.time('ExpirationDate') ?? call.now + DAY
  input.done()
  if (expires <= call.now || expires > call.now + 30 * DAY) {
    throw new AwsError(
      'ValidationException',
      'ExpirationDate must be in the future and at most 30 days ahead',
    )
  }
  // An ARN gets no better answer (aws-cli issue 4232).
  if (role.startsWith('arn:')) throw new AwsError('InternalFailure', 'An internal error occurred', 500)
  checkRole(role, call)

  const code = randomBytes(15).toString('base64url')
  const id = randomUUID()
  call.state.activations.set(id, {
    id,
    codeHash: hashCode(code),
    region: call.region,
    role,
    limit,
    created: call.now,
    expires,
    description,
    defaultInstanceName,
    tags,
    registrations: 0,
  })
  return { ActivationId: id, ActivationCode: code }
}

/** The form in which an activation's code is kept. */
export function hashCode(code: string): string {
  return createHash('sha256').update(code).digest('hex')
}

/** The role has to be there, with this path, and trust Systems Manager; both as far as IAM has spread it. */
function checkRole(name: string, call: Call): void {
  const { state, region } = call
  const role = state.roles.get(name.split('/').at(-1)!)
  const trust =
    role !== undefined && `${role.path}${role.name}` === `/${name}`
      ? seenBy(role.trust, call.now - call.settings.iamDelay * 1000)
      : undefined
  if (trust !== undefined && trusts(trust, bySystemsManager(state.account, region))) return
  throw new AwsError(
    'ValidationException',
    `Nonexistent role or missing ssm service principal in trust policy: ${arnPrefix(region)}:iam::${state.account}:role/${name}`,
  )
}

/** DescribeActivations, newest last. */
export function describeActivations(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  const input = new Input(members)
  const filters = input.list('Filters') ?? []
  const size = input.integer('MaxResults', { min: 1, max: 50 }) ?? 50
  const token = input.text('NextToken')
  input.done()
  const tests = filters.map(({ FilterKey, FilterValues }) => {
    const read =
      typeof FilterKey === 'string' && Object.hasOwn(FILTERS, FilterKey) ? FILTERS[FilterKey] : undefined
    if (read === undefined || !Array.isArray(FilterValues)) {
      throw new AwsError('InvalidFilter', `The filter ${String(FilterKey)} is not valid.`)
    }
    return (activation: Activation) => FilterValues.includes(read(activation))
  })
  const found = [...call.state.activations.values()]
    .filter((activation) => activation.region === call.region && tests.every((test) => test(activation)))
    .sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1))
  const result = page(found, filters, token, size)
  if (result === null) throw new AwsError('InvalidNextToken', 'The specified token is not valid.')
  return { ActivationList: result.items.map((item) => describe(item, call.now)), NextToken: result.nextToken }
}

function describe(activation: Activation, now: number): unknown {
  return {
    ActivationId: activation.id,
    Description: activation.description,
    DefaultInstanceName: activation.defaultInstanceName,
    IamRole: activation.role,
    RegistrationLimit: activation.limit,
    RegistrationsCount: activation.registrations,
    CreatedDate: activation.created / 1000,
    ExpirationDate: activation.expires / 1000,
    Expired: activation.expires <= now,
    Tags: tagList(activation.tags),
  }
}

/** DeleteActivation. Nodes registered with it stay. */
export function deleteActivation(members: Readonly<Record<string, unknown>>, call: Call): unknown {
  const input = new Input(members)
  const id = input.text('ActivationId', { required: true })
  input.done()
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    throw new AwsError('InvalidActivationId', `The activation ID ${id} is not valid.`)
  }
  if (call.state.activations.get(id)?.region !== call.region) {
    throw new AwsError('InvalidActivation', `The activation ${id} does not exist.`)
  }
  call.state.activations.delete(id)
  return {}
}
