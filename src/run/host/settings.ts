import type { ConnectionSettings } from '../../connection/connection.ts'
import { becomeSettings, connectionSettings } from '../../connection/settings.ts'
import type { Task } from '../../playbook/playbook.ts'
import { InputError } from '../../values/problem.ts'
import type { HostState, RunState } from '../run-state.ts'
import { type PlayVariables, settingPlace, settingReader } from '../scope/variables.ts'

/** How to reach a host in a play. @throws InputError with all mistakes in its connection variables */
export function settingsOf(run: RunState, host: HostState, variables: PlayVariables): ConnectionSettings {
  const { options } = run
  const defaults = {
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.privateKeyFile === undefined ? {} : { privateKey: options.privateKeyFile }),
    connection: options.connection,
    acceptNewHostKeys: options.acceptNewHostKeys,
    ...(options.settings === undefined ? {} : { settings: options.settings }),
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
