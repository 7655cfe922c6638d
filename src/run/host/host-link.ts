import {
  type Become,
  type Connection,
  ConnectionError,
  type ConnectionSettings,
  type Step,
} from '../../connection/connection.ts'
import { becomeSettings, connectionSettings } from '../../connection/settings.ts'
import type { Action } from '../../modules/module.ts'
import type { Task } from '../../playbook/playbook.ts'
import { InputError } from '../../values/problem.ts'
import { Secret } from '../../values/secret.ts'
import type { Output } from '../../values/transfer.ts'
import type { Phase } from '../record/events.ts'
import type { HostState, RunState } from '../run-state.ts'
import { type PlayVariables, settingPlace, settingReader } from '../scope/variables.ts'
import { downloadScript } from './host-download.ts'
import type { PreparedItem } from './prepare.ts'

/**
 * How many later steps are read again together with a change. Their states may have moved with it; reading them in the
 * change's own request saves a round trip. More would make a long loop of changes cost its square on the host.
 */
const READ_AHEAD = 16

/**
 * The way to one host: connects when first needed, reads the state of steps in as few requests as there are
 * identities, and makes a connection that died anew, once.
 */
export class HostLink {
  readonly #run: RunState
  readonly #host: HostState
  readonly #variables: PlayVariables
  readonly #phase: (phase: Phase) => void
  #renewed = false

  constructor(run: RunState, host: HostState, variables: PlayVariables, phase: (phase: Phase) => void) {
    this.#run = run
    this.#host = host
    this.#variables = variables
    this.#phase = phase
  }

  /** Whether the one new connection is still to be had. */
  get canRenew(): boolean {
    return !this.#renewed
  }

  /** Drops the connection; the next use makes a new one. */
  async renew(): Promise<void> {
    this.#renewed = true
    const connection = this.#host.connection
    this.#host.connection = undefined
    await connection?.close()
  }

  /** Reads the state of those steps that are unread. Looking changes nothing, so a lost connection is made anew. */
  async read(items: readonly PreparedItem[]): Promise<void> {
    const unread = items.filter(needsReading)
    if (unread.length === 0) return
    this.#phase('look')
    try {
      await this.#readFrom(await this.#connection(), unread)
    } catch (error) {
      if (!(error instanceof ConnectionError) || error.reason !== 'lost' || !this.canRenew) throw error
      await this.renew()
      await this.#readFrom(await this.#connection(), unread)
    }
  }

  async #readFrom(connection: Connection, unread: readonly PreparedItem[]): Promise<void> {
    await Promise.all(
      byIdentity(unread).map(async ([become, group]) => {
        const outputs = await this.#request(connection, become, group.map(observationStep))
        group.forEach((item, at) => {
          item.output = outputs[at]
        })
      }),
    )
  }

  /**
   * Runs a script that may change things; the states of `later` steps count as unread after it, and unless `more`
   * follows, the next of them are read again in the same request.
   * @throws ConnectionError
   */
  async act(
    become: Become | undefined,
    step: Step,
    more: boolean,
    later: readonly PreparedItem[],
  ): Promise<Output> {
    for (const item of later) forget(item)
    const ahead = more
      ? []
      : later
          .filter((item) => needsReading(item) && identity(item.become) === identity(become))
          .slice(0, READ_AHEAD)
    const connection = await this.#connection()
    const [output, ...seen] = await this.#request(connection, become, [step, ...ahead.map(observationStep)])
    ahead.forEach((item, at) => {
      item.output = seen[at]
    })
    if (output === undefined) throw new Error('a request gave no output for its first step')
    return output
  }

  /** Everything secret that is sent is masked in what is shown of the answers. */
  async #request(
    connection: Connection,
    become: Become | undefined,
    steps: readonly Step[],
  ): Promise<Output[]> {
    const { masker } = this.#run
    if (become?.password !== undefined) masker.learn(become.password)
    for (const { script, stdin, environment } of steps) {
      masker.learn(script)
      if (stdin instanceof Secret) masker.learn(stdin)
      for (const [, value] of environment ?? []) if (value instanceof Secret) masker.learn(value)
    }
    return connection.request(become, steps, this.#run.signal)
  }

  /**
   * Brings content into a file of the host: sends it, or has the host fetch it.
   * @throws ConnectionError
   */
  async push(
    become: Become | undefined,
    { source, to }: Action & { kind: 'push' },
    environment: PreparedItem['environment'],
  ): Promise<Output> {
    const connection = await this.#connection()
    if (source.url === undefined) return connection.push(become, source, to, this.#run.signal)
    const step = { script: downloadScript(source.url, source.sha256, to), environment }
    const [output] = await this.#request(connection, become, [step])
    if (output === undefined) throw new Error('a request gave no output for its step')
    return output
  }

  async #connection(): Promise<Connection> {
    if (this.#host.connection !== undefined) return this.#host.connection
    this.#phase('connect')
    const settings = settingsOf(this.#run, this.#host, this.#variables)
    this.#host.connection = await this.#run.connect(settings, this.#run.signal)
    return this.#host.connection
  }
}

/** How to reach a host in a play. @throws InputError with all mistakes in its connection variables */
export function settingsOf(run: RunState, host: HostState, variables: PlayVariables): ConnectionSettings {
  const { options } = run
  const defaults = {
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.privateKeyFile === undefined ? {} : { privateKey: options.privateKeyFile }),
    connection: options.connection,
    acceptNewHostKeys: options.acceptNewHostKeys,
  }
  const place = settingPlace(run, host, variables)
  return connectionSettings(host.name, settingReader(run, host, variables), defaults, place)
}

/**
 * Checks the variables that say whom to become, where something in the play becomes anyone: they are the same for all
 * tasks. @throws InputError with all mistakes in them
 */
export function checkBecome(
  run: RunState,
  host: HostState,
  variables: PlayVariables,
  tasks: readonly Task[],
): void {
  const wanted = [variables.play, ...tasks].some(({ become }) => become !== undefined && become !== false)
  const place = settingPlace(run, host, variables)
  try {
    becomeSettings(settingReader(run, host, variables), { become: wanted }, undefined, place)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError(error.problems.map((one) => ({ ...one, message: `${host.name}: ${one.message}` })))
  }
}

/** Whether a step has a state on the host that was not read, or not since something changed. */
export function needsReading(item: PreparedItem): boolean {
  return item.observation?.script != null && item.output === undefined
}

/** The state of a step counts as unread. */
export function forget(item: PreparedItem): void {
  if (item.observation?.script != null) item.output = undefined
}

function observationStep(item: PreparedItem): Step {
  const script = item.observation?.script
  if (script == null) throw new Error('nothing to read')
  // A state is only read, so no process stays behind that would need the relay.
  return { script, environment: item.environment, contained: true }
}

function identity(become: Become | undefined): string {
  return become === undefined ? '' : `${become.method} ${become.user} ${become.exe} ${become.flags}`
}

function byIdentity(items: readonly PreparedItem[]): [Become | undefined, PreparedItem[]][] {
  const groups = new Map<string, [Become | undefined, PreparedItem[]]>()
  for (const item of items) {
    const group = groups.get(identity(item.become))
    if (group === undefined) groups.set(identity(item.become), [item.become, [item]])
    else group[1].push(item)
  }
  return [...groups.values()]
}
