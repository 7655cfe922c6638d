import { type PowerShellText, ps } from '../../shell/powershell/ps.ts'
import { changeEnvironment } from './service-environment.ts'

export const AGENT = 'AmazonSSMAgent'
export const KEYS_VARIABLE = 'AWS_SHARED_CREDENTIALS_FILE'

/**
 * Makes the folder and the file that the agent shares its keys in, closed before anything is written: the agent keeps
 * the access list of a file that exists (facts/windows-collectors.md 1.5).
 *
 * @param grants who may read, as `m_harden` takes them
 */
export function closeKeys(file: string, grants: readonly string[]): PowerShellText {
  return ps`$p=[IO.Path]::GetDirectoryName(${file})
$null=[IO.Directory]::CreateDirectory($p)
m_harden $p ${grants}
if(-not [IO.File]::Exists(${file})){[IO.File]::WriteAllBytes(${file},(New-Object byte[] 0))}
m_harden ${file} ${grants}`
}

/** Tells the agent where its keys go, from its next start on. */
export function moveKeys(file: string): PowerShellText {
  return changeEnvironment(AGENT, { present: { [KEYS_VARIABLE]: file }, absent: [] })
}
