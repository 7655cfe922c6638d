import { quote } from '../../shell/quote.ts'
import type { Become } from '../connection.ts'

/** The shell of every host, unless told otherwise; nothing else may be needed there. */
export const SHELL = '/bin/sh'

/** Messages in English whatever the host's language, since sudo's are read by {@link explainStart} and commands' by modules. */
const LANGUAGE = ['env', 'LC_MESSAGES=C'] as const

/** One word a become identity, so that each gets one resident shell. The password is part of nothing. */
export function identityKey(become: Become | undefined): string {
  return become === undefined ? '' : JSON.stringify([become.method, become.user, become.exe, become.flags])
}

/** `root through sudo`, for messages. */
export function describeIdentity(become: Become | undefined): string {
  return become === undefined ? 'the login user' : `${become.user} through ${become.exe}`
}

/**
 * The words that start a shell as that identity. There is never a secret among them: a password goes over standard
 * input when `prompt` appears on standard error.
 *
 * @param prompt what sudo shall ask with; used only when the identity has a password
 * @param shell a POSIX shell of the host
 * @param shellArguments after it; none for a shell that reads its commands from standard input
 */
export function startWords(
  become: Become | undefined,
  prompt: string,
  shell: string = SHELL,
  shellArguments: readonly string[] = [],
): string[] {
  if (become === undefined) return [...LANGUAGE, shell, ...shellArguments]
  const { method, exe, user } = become
  const flags = become.flags.split(/\s+/).filter((flag) => flag !== '')
  const program = [shell, ...shellArguments]
  if (method === 'su') {
    // The user's own shell reads this text, whatever it is. Options come first: not every su looks for them later.
    const command = `exec ${[...LANGUAGE, ...program].map(quote).join(' ')}`
    return [...LANGUAGE, exe, ...flags, user, '-c', command]
  }
  if (method === 'doas') {
    // doas empties the environment. Without a password it must not ask.
    const asking = become.password === undefined && !flags.includes('-n') ? ['-n'] : []
    return [...LANGUAGE, exe, ...asking, ...flags, '-u', user, '--', ...LANGUAGE, ...program]
  }
  // Whatever the flags say: without a password sudo must not ask, or it would read our requests as the answer.
  const asking =
    become.password === undefined
      ? ['-n', ...flags]
      : ['-S', '-p', prompt, ...flags.flatMap(withoutNonInteractive)]
  return [...LANGUAGE, exe, ...asking, '-u', user, '--', ...program]
}

/** `-n` would forbid sudo to ask, so Ansible drops it when there is a password; `-HnS` becomes `-HS`. */
function withoutNonInteractive(flag: string): string[] {
  if (flag === '-n' || flag === '--non-interactive') return []
  return [/^-[A-Za-z]+$/.test(flag) ? flag.replace('n', '') : flag]
}
