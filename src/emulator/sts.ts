import { principalArn } from './auth/authorize.ts'
import { CommonError } from './errors.ts'
import { readForm, xml, xmlError } from './protocol/xml.ts'
import type { Service } from './service.ts'

const VERSION = '2011-06-15'
const NAMESPACE = `https://sts.amazonaws.com/doc/${VERSION}/`

/** The operation that needs no permission. */
export const WHO_AM_I = 'sts:GetCallerIdentity'

/** STS, as far as finding out who one is. */
export const sts: Service = {
  scope: 'sts',
  handles: (request) => request.path === '/' && readForm(request).get('Version') === VERSION,
  operation(request) {
    const action = readForm(request).get('Action') ?? ''
    if (action !== 'GetCallerIdentity') {
      throw new CommonError('unknown-operation', `Could not find operation ${action} for version ${VERSION}`)
    }
    return WHO_AM_I
  },
  signing: () => 'access-key',
  needs: () => [],
  answer({ principal, state, region, requestId }) {
    const arn = principalArn(principal!, state.account, region)
    const role = principal!.kind === 'node' ? state.roles.get(principal!.role.split('/').at(-1)!) : undefined
    const userId =
      principal!.kind === 'node'
        ? `${role?.id}:${principal!.nodeId}`
        : `AIDA${arn.split('/')[1]!.toUpperCase()}`
    return xml(
      NAMESPACE,
      'GetCallerIdentity',
      { Arn: arn, UserId: userId, Account: state.account },
      requestId,
    )
  },
  refuse: (error, requestId) => xmlError(NAMESPACE, error, requestId),
}
