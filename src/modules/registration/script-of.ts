import { type PowerShellText, psLines } from '../../shell/powershell/ps.ts'
import type { ShellText } from '../../shell/sh.ts'
import type { Secret } from '../../values/secret.ts'
import { revealText } from '../../values/secret.ts'
import { moveKeysScript } from '../credentials/set-up.ts'
import type { Text } from '../parameters.ts'
import { closeKeys, moveKeys } from '../windows/agent-keys.ts'
import type { AgentForm } from './agent-state.ts'
import { registerScript, reregisterScript } from './register-script.ts'
import { registerWindowsScript, reregisterWindowsScript } from './windows-agent.ts'

/**
 * The script that registers a host, in the language that it speaks.
 *
 * @param again it is registered already
 */
export function scriptOf(
  form: AgentForm,
  activation: { readonly id: string; readonly code: Secret },
  again: boolean,
  params: { readonly region: Text; readonly agent_file: string | undefined },
): ShellText | PowerShellText {
  const region = revealText(params.region)
  if (form === 'windows') {
    if (again) return reregisterWindowsScript(activation, region)
    const file = params.agent_file
    const prepare = file === undefined ? undefined : psLines([closeKeys(file, []), moveKeys(file)])
    return registerWindowsScript(activation, region, prepare)
  }
  if (again) return reregisterScript(form, activation, region)
  const prepare = params.agent_file === undefined ? undefined : moveKeysScript(form, params.agent_file)
  return registerScript(form, activation, region, prepare)
}
