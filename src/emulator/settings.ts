/** How often an operation may be called: a bucket of `burst` calls that fills at `perSecond`. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/**
 * What the stand-in lets tests bend, at any time while it runs. Times are seconds.
 * The defaults are AWS's where AWS states one.
 */
export interface Settings {
  /** Life of a node's role credentials. */
  tokenLifetime: number
  /** How long after CreateActivation hosts cannot register with it yet. */
  activationDelay: number
  /** How long a new role, a changed trust or an attached policy is not seen by other services. */
  iamDelay: number
  /** How long a registration or a first ping is not seen by DescribeInstanceInformation. */
  describeDelay: number
  /** Age of the last ping from which PingStatus is ConnectionLost. AWS does not state it; agents ping every 300 s. */
  pingAge: number
  /** How long a new workspace is CREATING. */
  workspaceDelay: number
  /** New workspaces end as CREATION_FAILED. */
  workspaceFails: boolean
  /** The cloud's clock minus this machine's. */
  clockOffset: number
  /** Operation (`ssm:CreateActivation`) -> rate; beyond it, a throttling error. */
  throttle: Record<string, Rate>
  /** Operation -> how many of the next calls are carried out and then lose their answer (the connection is cut). */
  lostAnswers: Record<string, number>
}

/** How the stand-in behaves when nobody says otherwise. Seconds, but for what is a flag or a number of things. */
export function defaultSettings(): Settings {
  return {
    tokenLifetime: 3600,
    activationDelay: 0,
    iamDelay: 0,
    describeDelay: 0,
    pingAge: 600,
    workspaceDelay: 0,
    workspaceFails: false,
    clockOffset: 0,
    throttle: {},
    lostAnswers: {},
  }
}
