import { displayText } from '../../values/text/visible.ts'
import { type Become, type ConnectionCause, ConnectionError } from '../connection.ts'
import type { ProcessEnd } from '../host-process.ts'
import { describeIdentity } from './identity.ts'

/** What sudo says (in English: {@link startWords} asks for it), what it means, and what to do. */
const SUDO: readonly (readonly [pattern: RegExp, cause: ConnectionCause, hint: string])[] = [
  [
    /a (?:terminal|password|tty) is required|interactive authentication is required|no password was provided/i,
    'become-password-missing',
    'give ansible_become_password or --ask-become-pass, or allow the user NOPASSWD in sudoers',
  ],
  [
    /incorrect password|sorry, try again|authentication (?:failure|failed)/i,
    'become-password-wrong',
    'check ansible_become_password',
  ],
  [
    /not in the sudoers|not allowed to (?:execute|run)|may not run sudo/i,
    'become-refused',
    'allow the login user in sudoers on the host, or set ansible_become: false',
  ],
  [
    /doas: operation not permitted/i,
    'become-refused',
    'permit the login user in /etc/doas.conf on the host, or set ansible_become: false',
  ],
  [/unknown user|user .* does not exist/i, 'become-refused', 'check ansible_become_user'],
  [
    /no such file|not found|permission denied/i,
    'become-refused',
    'install sudo on the host, name another program in ansible_become_exe or ansible_become_method, or log in as that user',
  ],
  [
    /setuid|no new privileges|effective uid is not 0/i,
    'become-refused',
    'sudo cannot gain rights there: look at its mode and at how the session was started',
  ],
  [
    /account (?:validation|expired|locked)|account management/i,
    'become-refused',
    'look at the account on the host',
  ],
]

/** sudo wants a terminal (requiretty); with one it may do. */
export class TerminalRequired extends ConnectionError {}

/** What is known of a shell that never spoke. */
export interface FailedStart {
  /** Undefined: it was given up, since nothing came for `waited` seconds. */
  readonly end: ProcessEnd | undefined
  readonly waited?: number
  readonly stdout: Buffer
  readonly stderr: Buffer
}

/** Why no shell of that identity could be started; nothing of the request ran. */
export function explainStart(
  label: string,
  become: Become | undefined,
  failed: FailedStart,
): ConnectionError {
  const said = [failed.stderr, failed.stdout]
    .map((bytes) => displayText(bytes, 500).trim())
    .filter((text) => text !== '')
    .join('\n')
  const answer = said === '' ? '' : `: ${said}`
  const who = describeIdentity(become)
  if (failed.end === undefined) {
    return new ConnectionError(
      become === undefined ? 'no-shell' : 'become-refused',
      `${label}: no shell for ${who} within ${failed.waited} s${answer}`,
      {
        hint: 'look for something in the login shell (rc files, forced commands) or in PAM that waits for input',
      },
    )
  }
  if (failed.end.connectionLost === true) {
    return new ConnectionError(
      'lost',
      `${label}: lost while a shell was started: ${failed.end.reason ?? 'no exit status'}`,
      { started: true },
    )
  }
  const status =
    failed.end.code !== null
      ? `exit status ${failed.end.code}`
      : failed.end.signal === null
        ? 'without an exit status'
        : `killed by ${failed.end.signal}`
  if (become !== undefined && /must have a tty/i.test(said)) {
    return new TerminalRequired('become-refused', `${label}: cannot become ${who}${answer}`, {
      hint: 'sudoers has requiretty: add `Defaults:LOGIN_USER !requiretty` on the host',
    })
  }
  const known = become === undefined ? undefined : SUDO.find(([pattern]) => pattern.test(said))
  if (known !== undefined) {
    const [, cause, hint] = known
    return new ConnectionError(cause, `${label}: cannot become ${who}${answer}`, { hint })
  }
  return become === undefined
    ? new ConnectionError('no-shell', `${label}: the login shell ended at once (${status})${answer}`, {
        hint: 'the account needs a login shell that can run /bin/sh; no forced command, no nologin',
      })
    : new ConnectionError('become-refused', `${label}: cannot become ${who} (${status})${answer}`)
}
