import { randomBytes } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Series, SeriesStore } from './amp/series-store.ts'
import { requestHandler } from './handle.ts'
import { type Answer, readRequest } from './request.ts'
import { type RequestEntry, RequestLog } from './request-log.ts'
import { defaultSettings, type Settings } from './settings.ts'
import {
  type AccessKey,
  type Activation,
  emptyState,
  type ManagedNode,
  type Principal,
  type Role,
  type State,
  type Workspace,
} from './state.ts'
import { readStateFile, StateWriter } from './state-file.ts'

export interface CloudOptions {
  /** Addresses to listen on, all with one port; 127.0.0.1 when missing. */
  readonly addresses?: readonly string[]
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Named by {@link Cloud.environment}; requests may be for any region. */
  readonly region?: string
  readonly account?: string
  readonly settings?: Partial<Settings>
  /** Keeps activations, nodes, roles, workspaces and keys over restarts. Samples are not kept. */
  readonly stateFile?: string
  /** Base URL of a real Prometheus (`--web.enable-remote-write-receiver`) behind AMP's data plane. */
  readonly prometheus?: string
}

/** A running stand-in for SSM, IAM, STS and AMP. */
export interface Cloud {
  readonly port: number
  /** Base URL of all services, for a hostname under which the cloud is reached; the first address when missing. */
  url(hostname?: string): string
  /** The variables that make an AWS tool use this cloud as its administrator. */
  environment(hostname?: string): Record<string, string>
  /**
   * The same for a user of the account who may do what these policies (documents as JSON text) allow, and nothing
   * else; a user of the name who is there already keeps the key and gets the policies.
   */
  userEnvironment(name: string, policies: readonly string[], hostname?: string): Record<string, string>
  /** Operation (`ssm:CreateActivation`) -> requests since the start. */
  counts(): Record<string, number>
  requests(): readonly RequestEntry[]
  /** May be changed at any time. */
  readonly settings: Settings
  /** What is there, for tests and the demo. */
  readonly inspect: {
    activations(): readonly Activation[]
    nodes(): readonly ManagedNode[]
    roles(): readonly Role[]
    workspaces(): readonly Workspace[]
    series(workspaceId: string): readonly Series[]
  }
  /** Stops listening and cuts what is open; the state is on disk when it resolves. */
  close(): Promise<void>
}

/**
 * Starts the embedded cloud.
 * @throws Error when an address cannot be listened on or the state file cannot be read
 */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const { addresses = ['127.0.0.1'], region = 'eu-central-1', account = '123456789012', stateFile } = options
  const state = (stateFile === undefined ? null : await readStateFile(stateFile)) ?? emptyState(account)
  const administrator = longTermKey(state, { kind: 'administrator' })
  const settings = { ...defaultSettings(), ...options.settings }
  const series = new SeriesStore()
  const log = new RequestLog()
  const writer = stateFile === undefined ? undefined : new StateWriter(stateFile, state)
  const save = () => writer?.save() ?? Promise.resolve()
  const handle = requestHandler({ state, series, settings, log, prometheus: options.prometheus, save })

  const servers: Server[] = []
  let port = options.port ?? 0
  try {
    for (const address of addresses) {
      const server = createServer((message, response) => {
        readRequest(message)
          .then((request) => (request === null ? TOO_LARGE : handle(request)))
          .then((answer) => send(response, answer))
          // A client that goes away while it sends is its own matter.
          .catch(() => response.destroy())
      })
      servers.push(server)
      port = await listen(server, address, port)
    }
    await save()
  } catch (error) {
    await Promise.all(servers.map(close))
    throw error
  }

  const url = (hostname = addresses[0] === '0.0.0.0' ? '127.0.0.1' : addresses[0]!) =>
    `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
  const environment = (key: AccessKey, hostname: string | undefined) => ({
    AWS_ENDPOINT_URL: url(hostname),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  })
  return {
    port,
    url,
    environment: (hostname) => environment(administrator, hostname),
    userEnvironment: (name, policies, hostname) =>
      environment(longTermKey(state, { kind: 'user', name, policies }), hostname),
    counts: () => log.counts(),
    requests: () => log.entries(),
    settings,
    inspect: {
      activations: () => [...state.activations.values()],
      nodes: () => [...state.nodes.values()],
      roles: () => [...state.roles.values()],
      workspaces: () => [...state.workspaces.values()],
      series: (workspaceId) => series.all(workspaceId),
    },
    async close() {
      await Promise.all(servers.map(close))
      await save()
    },
  }
}

const TOO_LARGE: Answer = { status: 413, headers: {}, body: '' }

/** The key of the administrator or of a user: made once, kept in the state. */
function longTermKey(state: State, principal: Exclude<Principal, { kind: 'node' }>): AccessKey {
  const known = [...state.accessKeys.values()].find((key) => {
    const { kind } = key.principal
    return kind === principal.kind && (principal.kind !== 'user' || isNamed(key.principal, principal.name))
  })
  const key: AccessKey = {
    accessKeyId: known?.accessKeyId ?? `AKIA${randomBytes(10).toString('hex').toUpperCase().slice(0, 16)}`,
    secretAccessKey: known?.secretAccessKey ?? randomBytes(30).toString('base64'),
    sessionToken: undefined,
    expires: undefined,
    principal,
  }
  state.accessKeys.set(key.accessKeyId, key)
  return key
}

function isNamed(principal: Principal, name: string): boolean {
  return principal.kind === 'user' && principal.name === name
}

function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => {
      server.removeListener('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** @param answer null cuts the connection without one */
function send(response: ServerResponse, answer: Answer | null): void {
  if (answer === null) {
    response.destroy()
    return
  }
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) })
  response.end(answer.body)
}
