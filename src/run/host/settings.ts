import type { ConnectionSettings } from '../../connection/connection.ts'
import {
  becomeSettings,
  type ConnectionKind,
  connectionSettings,
} from '../../connection/settings/settings.ts'
import type { Task } from '../../playbook/playbook.ts'
import { readConnection } from '../../playbook/tasks/inherited.ts'
import { keywordPort } from '../../playbook/tasks/keyword-values.ts'
import { OMIT } from '../../template/api.ts'
import { createEngine } from '../../template/engine.ts'
import { InputError } from '../../values/problem.ts'
import { type HostState, type RunState, withoutResults } from '../run-state.ts'
import { OUTSIDE, type PlayVariables, scopeFor, settingPlace, settingReader } from '../scope/variables.ts'

/** What a task says of how its host is reached, where that host's variables say nothing of it. */
export interface Way {
  readonly connection?: ConnectionKind
  readonly user?: string
  readonly port?: number
}

/** How to reach a host in a play. @throws InputError with all mistakes in its connection variables */
export function settingsOf(
  run: RunState,
  host: HostState,
  variables: PlayVariables,
  way: Way = {},
): ConnectionSettings {
  const { options } = run
  // The play's word beats the command line's, and a variable of the host beats both, as in Ansible.
  const user = way.user ?? remoteUser(run, host, variables) ?? options.user
  const port = way.port ?? playPort(run, host, variables)
  const defaults = {
    ...(user === undefined ? {} : { user }),
    ...(options.privateKeyFile === undefined ? {} : { privateKey: options.privateKeyFile }),
    connection: way.connection ?? playConnection(variables) ?? options.connection,
    acceptNewHostKeys: options.acceptNewHostKeys,
    settings: new Map([
      ...(options.settings ?? []),
      ...(port === undefined ? [] : [['ansible_port', port] as const]),
    ]),
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

/** The play's `connection`; a template in it is not for a whole play. */
function playConnection({ play }: PlayVariables): ConnectionKind | undefined {
  return typeof play.connection === 'string' ? (readConnection(play.connection) as ConnectionKind) : undefined
}

/** The play's `port`, evaluated. @throws InputError when it is no number of a port */
function playPort(run: RunState, host: HostState, variables: PlayVariables): number | undefined {
  const { port, position } = variables.play
  if (port === undefined || port === null) return undefined
  const scope = scopeFor(run, withoutResults(host), variables, OUTSIDE)
  const resolved = createEngine(scope, run.home).resolve(port)
  if (resolved === OMIT || resolved === null) return undefined
  try {
    return keywordPort(resolved)
  } catch (error) {
    throw new InputError([{ message: (error as Error).message, position }])
  }
}

/** The play's `remote_user`, evaluated. @throws InputError when it is no text */
function remoteUser(run: RunState, host: HostState, variables: PlayVariables): string | undefined {
  const { remoteUser: written, position } = variables.play
  if (written === undefined || written === null) return undefined
  const resolved = createEngine(scopeFor(run, withoutResults(host), variables, OUTSIDE), run.home).resolve(
    written,
  )
  if (resolved === OMIT || resolved === null || resolved === '') return undefined
  if (typeof resolved === 'string') return resolved
  throw new InputError([{ message: 'remote_user must be text', position }])
}
