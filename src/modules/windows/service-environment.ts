import type { WindowsService } from '../../probes/windows/service.ts'
import { type PowerShellText, ps } from '../../shell/powershell/ps.ts'
import { joinTexts, sameText } from '../../values/secret.ts'
import type { Text } from '../parameters.ts'

/** Lines NAME=VALUE that a service shall have in its own environment, and names that it shall not have; others stay. */
export interface EnvironmentWish {
  readonly present: Readonly<Record<string, Text>>
  readonly absent: readonly string[]
}

/** Names of variables have no case on Windows. */
const nameOf = (line: string) => line.slice(0, line.indexOf('=')).toUpperCase()

/** The names that have to be set anew or taken away. */
export function environmentChanges(wish: EnvironmentWish, { environment }: WindowsService): string[] {
  const there = new Map(environment.map((line) => [nameOf(line), line]))
  return [
    ...Object.entries(wish.present)
      .filter(
        ([name, value]) => !sameText(joinTexts([name, '=', value]), there.get(name.toUpperCase()) ?? ''),
      )
      .map(([name]) => name),
    ...wish.absent.filter((name) => there.has(name.toUpperCase())),
  ]
}

/** Sets and removes lines of the value `Environment` of a service's key, which the service reads when it starts (facts/windows-collectors.md 3). */
export function changeEnvironment(service: string, { present, absent }: EnvironmentWish): PowerShellText {
  const names = [...Object.keys(present), ...absent]
  const lines = Object.entries(present).map(([name, value]) => joinTexts([name, '=', value]))
  return ps`$k=m_new_key ${`HKLM:\\SYSTEM\\CurrentControlSet\\Services\\${service}`}
$v=@(@($k.GetValue('Environment',@()))|Where-Object{${names} -notcontains "$_".Split('=')[0]})+${lines}
if($v.Length -gt 0){m_set_value $k 'Environment' $v 'MultiString'}else{$k.DeleteValue('Environment',$false)}
$k.Dispose()`
}
