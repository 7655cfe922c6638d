import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Position } from '../values/position.ts'
import { InputError } from '../values/problem.ts'
import type { Value } from '../values/value.ts'
import type { ConnectionSettings } from './connection.ts'
import { SettingReader, type VariableReader } from './setting-reader.ts'
import { readSshArguments, type SshArguments } from './ssh-arguments.ts'
import { SETTING_NAMES } from './variable-names.ts'

export { type BecomeValues, becomeSettings } from './become-settings.ts'

/** What the command line says; variables of a host stand above it, as in Ansible. */
export interface ConnectionDefaults {
  readonly user?: string
  /** Path of a private key. */
  readonly privateKey?: string
  /** Seconds until a connection attempt is given up; 10 when missing. */
  readonly timeout?: number
  readonly connection?: 'ssh' | 'local'
  readonly acceptNewHostKeys?: boolean
  /** Settings of ansible.cfg, by the names of the variables that beat them. */
  readonly settings?: ReadonlyMap<string, Value>
}

const SSH = [
  'ssh',
  'smart',
  'paramiko',
  'paramiko_ssh',
  'ansible.builtin.ssh',
  'ansible.builtin.paramiko_ssh',
]
const LOCAL = ['local', 'ansible.builtin.local']

/**
 * How to reach a host, from its variables by Ansible's names; of several names for one setting the last one set wins.
 * @param name inventory_hostname; also the address of a host without `ansible_host`
 * @param variable gives evaluated values of variables that users wrote. It must not give what a host sent: a host
 *   could choose where its successors' passwords go.
 * @param place where a variable is written, for messages
 * @throws InputError with all settings of a wrong type and all that muster does not support
 */
export function connectionSettings(
  name: string,
  variable: VariableReader,
  defaults: ConnectionDefaults = {},
  place: (name: string) => Position | undefined = () => undefined,
): ConnectionSettings {
  const reader = new SettingReader((one) => variable(one) ?? weakest(one, variable, defaults), place)
  const kind = readKind(reader) ?? defaults.connection ?? 'ssh'
  const settings = kind === 'local' ? localSettings(name) : sshSettings(name, reader, defaults)
  if (reader.problems.length === 0) return settings
  const problems = reader.problems.map((problem) => ({ ...problem, message: `${name}: ${problem.message}` }))
  throw new InputError(problems)
}

/** A setting of ansible.cfg counts where no variable is set for it, under none of its names. */
function weakest(
  name: string,
  variable: VariableReader,
  { settings }: ConnectionDefaults,
): Value | undefined {
  const value = settings?.get(name)
  if (value === undefined) return undefined
  const names = Object.values(SETTING_NAMES).find((group: readonly string[]) => group.includes(name))
  // The words for ssh are no names for one thing: they are put behind each other.
  if (names === undefined || names === SETTING_NAMES.arguments) return value
  return names.some((other) => variable(other) !== undefined) ? undefined : value
}

function readKind(reader: SettingReader): 'ssh' | 'local' | undefined {
  const connection = reader.text(SETTING_NAMES.connection)
  if (connection === undefined) return undefined
  if (SSH.includes(connection)) return 'ssh'
  if (LOCAL.includes(connection)) return 'local'
  const found = reader.find(SETTING_NAMES.connection)!
  reader.problem(found, `is ${JSON.stringify(connection)}`, 'muster knows ssh and local')
  return undefined
}

function localSettings(name: string): ConnectionSettings {
  return {
    kind: 'local',
    name,
    host: name,
    port: 0,
    user: userInfo().username,
    knownHostsFiles: [],
    hostKeys: 'strict',
    connectTimeout: 0,
  }
}

function sshSettings(name: string, reader: SettingReader, defaults: ConnectionDefaults): ConnectionSettings {
  const ssh = readSshArguments(reader, SETTING_NAMES.arguments)
  const password = reader.secret(SETTING_NAMES.password)
  const passphrase = reader.secret(SETTING_NAMES.privateKeyPassphrase)
  const key = reader.text(SETTING_NAMES.privateKeyFile) ?? defaults.privateKey
  const agent = process.env['SSH_AUTH_SOCK']
  return {
    kind: 'ssh',
    name,
    host: reader.text(SETTING_NAMES.host, 'is empty') ?? name,
    port: reader.integer(SETTING_NAMES.port, 1, 65535) ?? 22,
    user: reader.text(SETTING_NAMES.user) ?? defaults.user ?? userInfo().username,
    ...(password === undefined ? {} : { password }),
    ...(key === undefined ? {} : { privateKeyFile: inHome(key) }),
    ...(passphrase === undefined ? {} : { privateKeyPassphrase: passphrase }),
    ...(agent === undefined || agent === '' ? {} : { agent }),
    knownHostsFiles: [
      ...(ssh.userKnownHostsFiles ?? ['~/.ssh/known_hosts']).map(inHome),
      '/etc/ssh/ssh_known_hosts',
    ],
    hostKeys: hostKeys(reader, ssh, defaults),
    connectTimeout:
      reader.integer(SETTING_NAMES.timeout, 1, 3600) ?? ssh.connectTimeout ?? defaults.timeout ?? 10,
    ...keepalive(ssh),
  }
}

/** OpenSSH gives a host up after three questions, unless told otherwise. */
function keepalive({
  serverAliveInterval: interval,
  serverAliveCountMax: count = 3,
}: SshArguments): Pick<ConnectionSettings, 'keepalive'> {
  return interval === undefined ? {} : { keepalive: { interval, count } }
}

/** Unknown keys are refused unless someone chose otherwise. */
function hostKeys(
  reader: SettingReader,
  ssh: SshArguments,
  defaults: ConnectionDefaults,
): ConnectionSettings['hostKeys'] {
  if (reader.boolean(SETTING_NAMES.hostKeyChecking) === false) return 'no'
  if (ssh.strictHostKeyChecking === 'no') return 'no'
  return ssh.strictHostKeyChecking === 'accept-new' || defaults.acceptNewHostKeys === true
    ? 'accept-new'
    : 'strict'
}

function inHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}
