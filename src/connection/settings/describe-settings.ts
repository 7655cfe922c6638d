import type { ConnectionSettings, Decision } from '../connection.ts'
import { describeIdentity } from '../shell/identity.ts'
import type { becomeSettings } from './settings.ts'

/**
 * How a host is reached, for people: a line a decision, with the file and line or the variable that made it. Passwords
 * are said to be there, never shown.
 */
export function describeSettings(
  settings: ConnectionSettings,
  become?: ReturnType<typeof becomeSettings>,
): string {
  if (settings.kind === 'local') return `${settings.name}: this machine, without ssh`
  const { name, user, host, port, jumps = [], needsOpenssh = [], decisions = [] } = settings
  const [first] = needsOpenssh
  const transport =
    settings.transport === 'openssh'
      ? "the system's ssh"
      : first === undefined
        ? "muster's own ssh"
        : `the system's ssh, because of ${first}`
  const keys = [settings.privateKeyFile, ...(settings.identityFiles ?? [])].filter(
    (file) => file !== undefined,
  )
  const facts: [string, string | undefined][] = [
    ['transport', transport],
    ['address', `${user}@${host}:${port}`],
    [
      'through',
      jumps.map((jump) => `${jump.user}@${jump.host}:${jump.port}`).join(' -> ') || settings.proxyCommand,
    ],
    ['host keys', `${settings.hostKeys}, from ${settings.knownHostsFiles.join(', ') || 'no file'}`],
    ['keys', keys.join(', ') || 'those in the usual places'],
    ['agent', settings.agent],
    ['password', settings.password === undefined ? undefined : 'given'],
    ['become', become === undefined ? undefined : describeIdentity(become)],
  ]
  const lines = facts.flatMap(([what, says]) =>
    says === undefined || says === '' ? [] : [`  ${what}: ${says}`],
  )
  const listed = (of: readonly Decision[], indent: string) =>
    of.map(
      ({ name: option, value, from, note }) =>
        `${indent}${option} ${value}  # ${from}${note === undefined ? '' : `; ${note}`}`,
    )
  return [
    name,
    ...lines,
    ...(decisions.length === 0 ? [] : ['  options:', ...listed(decisions, '    ')]),
    ...jumps.flatMap((jump) =>
      (jump.decisions ?? []).length === 0
        ? []
        : [`  options of the jump host ${jump.name}:`, ...listed(jump.decisions ?? [], '    ')],
    ),
  ].join('\n')
}
