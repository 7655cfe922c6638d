import type { ConnectionKind } from '../../connection/settings/settings.ts'
import type { BecomeKeywords, Playbook } from '../../playbook/playbook.ts'
import type { Settings } from '../../settings/settings.ts'
import { InputError } from '../../values/problem.ts'
import type { Secret } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import { readVaultPassword } from '../../vault/password-source.ts'
import { askSecret } from '../terminal/ask-secret.ts'

/** What ansible.cfg says of privilege escalation is the weakest there is: the keywords of plays that have none. */
export function withBecomeDefaults(playbook: Playbook, settings: Settings): Playbook {
  const { become, becomeUser, becomeMethod, becomeExe, becomeFlags } = settings
  const set = Object.entries({ become, becomeUser, becomeMethod, becomeExe, becomeFlags })
  const defaults: BecomeKeywords = Object.fromEntries(set.filter(([, value]) => value !== undefined))
  return { ...playbook, plays: playbook.plays.map((play) => ({ ...defaults, ...withoutUndefined(play) })) }
}

function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T
}

/** The password of sudo: asked for, or from the file or script that ansible.cfg names. */
export async function becomePassword(
  asked: boolean | undefined,
  settings: Settings,
): Promise<Secret | undefined> {
  if (asked ?? settings.becomeAskPass ?? false) return askSecret('BECOME password: ')
  const source = settings.becomePasswordFile
  if (source === undefined) return undefined
  return (await readVaultPassword({ id: 'become', source }, askSecret)).password
}

const TRANSPORTS: ReadonlyMap<string, ConnectionKind> = new Map([
  ['smart', 'ssh'],
  ['ssh', 'ssh'],
  ['auto', 'auto'],
  ['openssh', 'openssh'],
  ['paramiko', 'paramiko_ssh'],
  ['paramiko_ssh', 'paramiko_ssh'],
  ['ansible.builtin.ssh', 'ssh'],
  ['local', 'local'],
  ['ansible.builtin.local', 'local'],
])

/** The connection of hosts whose variables name none. @throws InputError for one that muster does not have */
export function transportOf({ transport = 'smart' }: Settings): ConnectionKind {
  const known = TRANSPORTS.get(transport)
  if (known !== undefined) return known
  throw new InputError([
    {
      message: `transport is ${transport} in ansible.cfg or ANSIBLE_TRANSPORT`,
      hint: 'muster knows auto, ssh, openssh, paramiko_ssh and local',
    },
  ])
}

/** Settings of the connection by the names of the variables that beat them. */
export function connectionVariables(settings: Settings): ReadonlyMap<string, Value> {
  const named: Readonly<Record<string, Value | undefined>> = {
    ansible_port: settings.remotePort,
    ansible_timeout: settings.timeout,
    ansible_host_key_checking: settings.hostKeyChecking,
    ansible_ssh_args: settings.sshArgs,
    ansible_ssh_common_args: settings.sshCommonArgs,
    ansible_ssh_extra_args: settings.sshExtraArgs,
  }
  return new Map(Object.entries(named).filter((entry): entry is [string, Value] => entry[1] !== undefined))
}
