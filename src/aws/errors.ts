import type { Action } from './actions.ts'

/** AWS refused or could not be asked. The message says what was tried and what AWS said; the hint, what to do next. */
export class AwsFailure extends Error {
  /** AWS's code without the `Exception` some protocols add (`Throttling`, `AccessDenied`), or a network error's. */
  readonly code: string
  readonly hint: string | undefined
  /** The same call may work later: throttled, a network failure, a failure inside AWS. */
  readonly passing: boolean
  /** IAM actions that the call needs. */
  readonly needs: readonly Action[]

  constructor(
    message: string,
    options: {
      readonly code: string
      readonly hint?: string | undefined
      readonly passing?: boolean
      readonly needs?: readonly Action[]
      readonly cause?: unknown
    },
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'AwsFailure'
    this.code = options.code
    this.hint = options.hint
    this.passing = options.passing ?? false
    this.needs = options.needs ?? []
  }
}

/**
 * Does something with AWS and explains its failure.
 * @param needs the IAM actions that it needs
 * @param doing what is tried, to follow "cannot": `create the activation`
 * @throws AwsFailure; the signal's reason when it was aborted
 */
export async function asking<T>(
  needs: Action | readonly Action[],
  doing: string,
  ask: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof AwsFailure ? error : explain(error, doing, [needs].flat())
  }
}

interface Thrown {
  readonly name: string
  readonly message: string
  /** Of a network failure. */
  readonly code?: string
  readonly hostname?: string
  readonly address?: string
  readonly port?: number
  /** What a proxy answered instead of leading on. */
  readonly statusCode?: number
  readonly errors?: readonly Thrown[]
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number }
}

const NETWORK =
  /^(UND_ERR|ERR_PROXY|E(CONN|AI_|NET|HOST|PIPE|TIMEDOUT|NOTFOUND)|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/

function explain(error: unknown, doing: string, needs: readonly Action[]): AwsFailure {
  const thrown = (error instanceof Error ? error : new Error(String(error))) as Thrown
  // Node gathers the attempts at several addresses of a host.
  const network = [thrown, ...(thrown.errors ?? [])].find(
    ({ code }) => code !== undefined && NETWORK.test(code),
  )
  if (network?.code?.startsWith('ERR_PROXY')) return proxyFailure(network, doing, needs)
  if (network !== undefined) {
    const place = network.hostname ?? (network.address && `${network.address}:${network.port}`)
    return new AwsFailure(`cannot ${doing}: ${network.code}${place ? ` (${place})` : ''}`, {
      code: network.code!,
      hint: 'check the network, the proxy, AWS_REGION and, where set, AWS_ENDPOINT_URL',
      passing: true,
      needs,
      cause: error,
    })
  }
  const code = thrown.name.replace(/Exception$/, '')
  const status = thrown.$metadata?.httpStatusCode ?? 0
  const attempts = thrown.$metadata?.attempts ?? 1
  return new AwsFailure(
    `cannot ${doing}: ${code}: ${thrown.message}${attempts > 1 ? ` (after ${attempts} attempts)` : ''}`,
    {
      code,
      hint: hintFor(code, thrown.message, needs),
      passing: isPassing(code, status),
      needs,
      cause: error,
    },
  )
}

/** The proxy that the environment names does not lead on. Its address is not told: there may be a password in it. */
function proxyFailure(
  { code, statusCode: status }: Thrown,
  doing: string,
  needs: readonly Action[],
): AwsFailure {
  const answer = status === undefined ? 'does not answer' : `answers with HTTP ${status}`
  const wantsLogin = status === 401 || status === 407
  return new AwsFailure(`cannot ${doing}: the proxy ${answer}`, {
    code: code!,
    hint: wantsLogin
      ? 'it wants other credentials: look at https_proxy, http://USER:PASSWORD@HOST:PORT with %XX for special characters'
      : 'look at https_proxy and no_proxy; does it let this machine through to AWS?',
    passing: !wantsLogin && status !== 403,
    needs,
  })
}

function isPassing(code: string, status: number): boolean {
  return (
    status >= 500 ||
    status === 429 ||
    /^(Throttling|TooManyUpdates|TooManyRequests|RequestLimitExceeded|Timeout)/.test(code)
  )
}

function hintFor(code: string, message: string, needs: readonly Action[]): string | undefined {
  if (/^Signature (expired|not yet current)/.test(message)) {
    return "this machine's clock is wrong: set it, for example with chrony or systemd-timesyncd"
  }
  switch (code) {
    case 'CredentialsProviderError':
    case 'MissingAuthenticationToken':
      return 'give AWS credentials as for every AWS tool: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or `aws sso login`'
    case 'ExpiredToken':
      return 'the credentials have expired: renew them, for example with `aws sso login`'
    case 'UnrecognizedClient':
    case 'InvalidClientTokenId':
      return 'AWS does not know the access key: look at AWS_ACCESS_KEY_ID, AWS_SESSION_TOKEN and AWS_PROFILE'
    case 'InvalidSignature':
    case 'SignatureDoesNotMatch':
      return 'the secret does not belong to the access key: look at AWS_SECRET_ACCESS_KEY'
    case 'AccessDenied':
      return deniedHint(message, needs)
    case 'Throttling':
    case 'TooManyUpdates':
      return 'AWS limits how often this may be asked: try again later, or with fewer hosts at once'
    case 'ServiceQuotaExceeded':
    case 'LimitExceeded':
    case 'RegistrationLimitExceeded':
      return 'delete what is not used, or have the quota raised in Service Quotas'
    case 'DeleteConflict':
      return 'something that muster did not make still uses it (an instance profile?): take it out there, and run again'
    case 'Conflict':
      return 'something else changes it, or it is not ready yet: run again in a minute'
    case 'MalformedPolicyDocument':
      return 'check the policy with `aws accessanalyzer validate-policy`'
    default:
      return undefined
  }
}

/** What has to be allowed: the action that AWS names, else (AMP's data plane names none) those that the call needs. */
function deniedHint(message: string, needs: readonly Action[]): string {
  const [, action = needs.join(' and '), , resource] =
    /not authorized to perform: (\S+)( on resource: (\S+))?/.exec(message) ?? []
  const where = resource === undefined ? '' : ` on ${resource}`
  return /explicit deny/.test(message)
    ? `a policy denies ${action}${where} outright, which no permission outweighs: ask who keeps the policies of the account`
    : `these credentials need ${action}${where}; docs/iam.md has the least policies`
}
