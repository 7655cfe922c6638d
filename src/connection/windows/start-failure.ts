import { displayText } from '../../values/text/visible.ts'
import { ConnectionError } from '../connection.ts'
import type { FailedStart } from '../shell/start-failure.ts'
import { readCliXml } from './clixml.ts'

/** What the bootstrap says when it will not go on, and what to do about it. */
const REFUSED: readonly (readonly [
  pattern: RegExp,
  what: (found: RegExpExecArray) => string,
  hint: string,
])[] = [
  [
    /muster-refused language (\w+)/,
    ([, mode]) => `PowerShell runs in the language mode ${mode}, in which nothing can be managed`,
    'AppLocker or Windows Defender Application Control enforces it: allow the account that muster logs in as to run scripts in full language',
  ],
  [
    /muster-refused version ([\d.]+)/,
    ([, version]) => `Windows PowerShell is of version ${version}`,
    'muster needs Windows PowerShell 5.1, which Windows Server 2016 and later have',
  ],
  [
    /muster-refused program ([\w,.]+)/,
    ([, id]) => `PowerShell does not take muster's program (${id})`,
    "an antivirus that reads scripts (AMSI) may have stopped it: look at its log on the host and allow muster's scripts",
  ],
  [
    /ScriptContainedMaliciousContent/,
    () => "an antivirus on the host (AMSI) stopped muster's program",
    "look at its log on the host, and allow muster's scripts there",
  ],
  [
    /is not recognized|not found|No such file/i,
    () => 'there is no powershell.exe in the PATH of the session',
    'is this a Windows host? ansible_shell_type says what it is where its greeting does not',
  ],
  [
    /console output buffer|Access is denied/i,
    () => 'PowerShell could not start',
    'OpenSSH 9.8 of GitHub with a transcription policy fails so (Win32-OpenSSH 2296): update it',
  ],
]

/** Why no PowerShell could be started; nothing of the request ran. */
export function explainWindowsStart(label: string, failed: FailedStart): ConnectionError {
  const said = [failed.stdout, failed.stderr]
    .map((bytes) => displayText(Buffer.from(readCliXml(bytes.toString('utf8'))), 500).trim())
    .filter((text) => text !== '')
    .join('\n')
  const answer = said === '' ? '' : `: ${said}`
  for (const [pattern, what, hint] of REFUSED) {
    const found = pattern.exec(said)
    if (found !== null) return new ConnectionError('no-shell', `${label}: ${what(found)}${answer}`, { hint })
  }
  if (failed.end === undefined) {
    return new ConnectionError('no-shell', `${label}: no PowerShell within ${failed.waited} s${answer}`, {
      hint: 'a first start after an update may take long: raise ansible_timeout; look at what the default shell of sshd waits for',
    })
  }
  if (failed.end.connectionLost === true) {
    return new ConnectionError(
      'lost',
      `${label}: lost while PowerShell was started: ${failed.end.reason ?? 'no exit status'}`,
      { started: true },
    )
  }
  const status = failed.end.code === null ? 'without an exit status' : `exit status ${failed.end.code}`
  return new ConnectionError('no-shell', `${label}: PowerShell ended at once (${status})${answer}`, {
    hint: 'try on the host: powershell.exe -NoProfile -Command $ExecutionContext.SessionState.LanguageMode',
  })
}
