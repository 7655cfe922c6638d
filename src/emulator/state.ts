/** Tags of a resource: key -> value. */
export type Tags = Readonly<Record<string, string>>

/** Times in this file are milliseconds since the epoch by the cloud's clock. */
export interface Activation {
  readonly id: string
  /** Hex SHA-256 of the activation code; the code itself is kept nowhere. */
  readonly codeHash: string
  readonly region: string
  /** As given: a role's name, or path and name without the leading slash. */
  readonly role: string
  readonly limit: number
  readonly created: number
  readonly expires: number
  readonly description: string | undefined
  readonly defaultInstanceName: string | undefined
  readonly tags: Tags
  registrations: number
}

/** What an agent says of its host in UpdateInstanceInformation. */
export interface AgentReport {
  readonly agentName?: string
  readonly agentVersion?: string
  readonly platformType?: string
  readonly platformName?: string
  readonly platformVersion?: string
  readonly ipAddress?: string
  readonly computerName?: string
}

export interface ManagedNode {
  readonly id: string
  readonly region: string
  readonly activationId: string
  readonly role: string
  readonly name: string | undefined
  readonly registered: number
  /** Of the machine; each token request has to bring the same one. */
  readonly fingerprint: string
  /** Base64 of the DER (PKIX) form. */
  publicKey: string
  tags: Tags
  report: AgentReport
  lastPing: number | undefined
  /** When the pings began that have come without a gap since. */
  onlineSince: number | undefined
}

export interface AccessKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
  readonly expires: number | undefined
  readonly principal: Principal
}

/** Who signed a request. */
export type Principal =
  | { readonly kind: 'administrator' }
  /** May do what its policies, documents as JSON text, allow. */
  | { readonly kind: 'user'; readonly name: string; readonly policies: readonly string[] }
  | { readonly kind: 'node'; readonly nodeId: string; readonly role: string; readonly region: string }

/** One form of something in IAM, and since when; other services see it after a while. */
export interface Version<T> {
  readonly value: T
  readonly since: number
}

export interface Role {
  readonly name: string
  readonly path: string
  readonly id: string
  readonly created: number
  description: string | undefined
  maxSessionDuration: number
  tags: Tags
  /** ARN of the permissions boundary. */
  boundary: string | undefined
  /** Trust policies as JSON text, oldest first. */
  trust: readonly Version<string>[]
  /** ARN -> since when. */
  readonly attached: Map<string, number>
  /** Policy name -> document as JSON text. */
  readonly inline: Map<string, Version<string>>
}

export interface Workspace {
  readonly id: string
  readonly region: string
  readonly created: number
  /** When CREATING ends, and how. */
  readonly settled: number
  readonly fails: boolean
  readonly clientToken: string | undefined
  readonly kmsKeyArn: string | undefined
  alias: string | undefined
  tags: Tags
}

interface ServiceSetting {
  readonly region: string
  readonly value: string
  readonly modified: number
}

/** Everything the cloud knows, but for the samples of metrics. */
export interface State {
  /** Twelve digits. */
  readonly account: string
  readonly activations: Map<string, Activation>
  readonly nodes: Map<string, ManagedNode>
  readonly accessKeys: Map<string, AccessKey>
  readonly roles: Map<string, Role>
  /** Customer-managed policies: ARN -> document as JSON text. */
  readonly policies: Map<string, string>
  readonly workspaces: Map<string, Workspace>
  /** Region -> the tier of hybrid nodes. */
  readonly activationTiers: Map<string, ServiceSetting>
}

/** An account in which nothing was made yet. @param account its id of twelve digits */
export function emptyState(account: string): State {
  return {
    account,
    activations: new Map(),
    nodes: new Map(),
    accessKeys: new Map(),
    roles: new Map(),
    policies: new Map(),
    workspaces: new Map(),
    activationTiers: new Map(),
  }
}

/** The last version that others have come to see by `time`; undefined when they see none yet. */
export function seenBy<T>(versions: readonly Version<T>[], time: number): T | undefined {
  return versions.findLast((version) => version.since <= time)?.value
}
