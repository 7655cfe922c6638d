import type { PowerShellText } from '../../shell/powershell/ps.ts'
import type { ShellText } from '../../shell/sh.ts'
import type { Secret } from '../../values/secret.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { moveKeysScript } from '../credentials/set-up.ts'
import type { Text } from '../parameters.ts'
import type { AgentForm } from './agent-state.ts'
import { registerScript, reregisterScript } from './register-script.ts'
import { registerWindowsScript, reregisterWindowsScript } from './windows-agent.ts'

/**
 * The script that registers a host, in the language that it speaks.
 *
 * @param again it is registered already
 * @throws TaskFailure for a parameter that its form of the agent does not know
 */
export function scriptOf(
  form: AgentForm,
  activation: { readonly id: string; readonly code: Secret },
  again: boolean,
  params: { readonly region: Text; readonly agent_file: string | undefined },
): ShellText | PowerShellText {
  const region = revealText(params.region)
  if (form === 'windows') {
    if (params.agent_file !== undefined)
      throw new TaskFailure('agent_file is for POSIX hosts: on Windows win_aws_credentials moves the file')
    return again ? reregisterWindowsScript(activation, region) : registerWindowsScript(activation, region)
  }
  if (again) return reregisterScript(form, activation, region)
  const prepare = params.agent_file === undefined ? undefined : moveKeysScript(form, params.agent_file)
  return registerScript(form, activation, region, prepare)
}
