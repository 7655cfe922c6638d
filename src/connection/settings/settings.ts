import { userInfo } from 'node:os'
import type { Position } from '../../values/position.ts'
import { formatProblem, InputError } from '../../values/problem.ts'
import type { Value } from '../../values/value.ts'
import { type ConnectionSettings, DEADLINES } from '../connection.ts'
import { SshConfig } from '../ssh-config/evaluate.ts'
import { resolveSsh } from '../ssh-config/resolve.ts'
import { givenOptions } from './given-options.ts'
import { inHome } from './in-home.ts'
import { SettingReader, type VariableReader } from './setting-reader.ts'
import { SETTING_NAMES } from './variable-names.ts'

export { type BecomeValues, becomeSettings } from './become-settings.ts'

/** How hosts are reached, in the words of `-c` and `ansible_connection`. */
export type ConnectionKind = 'auto' | 'ssh' | 'openssh' | 'paramiko_ssh' | 'local'

/** What the command line says; variables of a host stand above it, as in Ansible. */
export interface ConnectionDefaults {
  readonly user?: string
  /** Path of a private key. */
  readonly privateKey?: string
  /** Seconds until a connection attempt is given up; 10 when missing. */
  readonly timeout?: number
  readonly connection?: ConnectionKind
  readonly acceptNewHostKeys?: boolean
  /** Settings of ansible.cfg, by the names of the variables that beat them. */
  readonly settings?: ReadonlyMap<string, Value>
  /** OpenSSH's configuration. Default: the user's and the system's files. */
  readonly sshConfig?: SshConfig
}

/** By Ansible's `ssh` whatever does it: muster's own transport, or the system's client where that is needed. */
const KINDS: Readonly<Record<string, { kind: 'ssh' | 'local'; transport?: 'auto' | 'library' | 'openssh' }>> =
  {
    ssh: { kind: 'ssh', transport: 'auto' },
    smart: { kind: 'ssh', transport: 'auto' },
    auto: { kind: 'ssh', transport: 'auto' },
    openssh: { kind: 'ssh', transport: 'openssh' },
    paramiko: { kind: 'ssh', transport: 'library' },
    paramiko_ssh: { kind: 'ssh', transport: 'library' },
    local: { kind: 'local' },
  }

/** Read once a process, as long as the files do not change. */
const CONFIG = new SshConfig()

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
  const { kind, transport } = readKind(reader) ?? KINDS[defaults.connection ?? 'auto']!
  const common = { ...readDeadlines(reader), ...readShell(reader) }
  const settings =
    kind === 'local'
      ? { ...localSettings(name), ...common }
      : { ...sshSettings(name, reader, defaults, transport ?? 'auto'), ...common }
  if (reader.problems.length === 0) return settings
  // A mistake in a configuration that a jump host shares is one mistake.
  const distinct = new Map(reader.problems.map((problem) => [formatProblem(problem), problem]))
  const problems = [...distinct.values()].map((problem) => ({
    ...problem,
    message: `${name}: ${problem.message}`,
  }))
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

function readKind(reader: SettingReader): (typeof KINDS)[string] | undefined {
  const connection = reader.text(SETTING_NAMES.connection)
  if (connection === undefined) return undefined
  const known = KINDS[connection.replace(/^ansible\.builtin\./, '')]
  if (known !== undefined) return known
  const found = reader.find(SETTING_NAMES.connection)!
  const names = Object.keys(KINDS).join(', ')
  reader.problem(found, `is ${JSON.stringify(connection)}`, `muster knows ${names}`)
  return undefined
}

function readDeadlines(reader: SettingReader): Pick<ConnectionSettings, 'deadlines'> {
  const read = reader.integer(SETTING_NAMES.readTimeout, 1, 86_400)
  const open = reader.integer(SETTING_NAMES.openTimeout, 1, 86_400)
  const push = reader.integer(SETTING_NAMES.pushTimeout, 1, 86_400)
  if (read === undefined && open === undefined && push === undefined) return {}
  return {
    deadlines: {
      read: read ?? DEADLINES.read,
      open: open ?? DEADLINES.open,
      push: push ?? DEADLINES.push,
    },
  }
}

/** Which shell of the host runs scripts; the login shell may be any. `cmd` too is a Windows host, managed by PowerShell. */
function readShell(reader: SettingReader): Pick<ConnectionSettings, 'shell' | 'platform'> {
  const type = reader.text(SETTING_NAMES.shellType)?.replace(/^ansible\.(?:builtin|posix|windows)\./, '')
  const shell = reader.text(SETTING_NAMES.shell)
  if (type === 'powershell' || type === 'cmd') {
    if (shell !== undefined)
      reader.problem(
        reader.find(SETTING_NAMES.shell)!,
        'is for POSIX hosts',
        'a Windows host is managed by Windows PowerShell, whatever its default shell: leave it out',
      )
    return { platform: 'windows' }
  }
  if (type !== undefined && !['sh', 'csh', 'fish'].includes(type)) {
    const found = reader.find(SETTING_NAMES.shellType)!
    reader.problem(
      found,
      `is ${JSON.stringify(type)}`,
      'it is sh, csh or fish for hosts that have /bin/sh, powershell or cmd for Windows; leave it out, the host says it',
    )
  }
  if (shell === undefined) return {}
  if (!/^\/[^\s'"$\\]+$/.test(shell)) {
    const found = reader.find(SETTING_NAMES.shell)!
    reader.problem(found, `is ${JSON.stringify(shell)}`, 'write the path of a POSIX shell, such as /bin/bash')
  }
  return { shell }
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
    connectTimeout: 10,
  }
}

function sshSettings(
  name: string,
  reader: SettingReader,
  defaults: ConnectionDefaults,
  transport: 'auto' | 'library' | 'openssh',
): ConnectionSettings {
  const host = reader.text(SETTING_NAMES.host, 'is empty') ?? name
  const password = reader.secret(SETTING_NAMES.password)
  const passphrase = reader.secret(SETTING_NAMES.privateKeyPassphrase)
  const key = reader.text(SETTING_NAMES.privateKeyFile) ?? defaults.privateKey
  const { given, configFile, words } = givenOptions(reader)
  const { settings, problems } = resolveSsh(defaults.sshConfig ?? CONFIG, {
    name,
    host,
    given,
    configFile,
    defaults: {
      user: defaults.user,
      connectTimeout: defaults.timeout,
      acceptNewHostKeys: defaults.acceptNewHostKeys,
    },
  })
  reader.problems.push(...problems)
  const retries = reader.integer(SETTING_NAMES.retries, 0, 99)
  const tries = reader.integer(SETTING_NAMES.maxAuthTries, 1, 100)
  const executable = reader.text(SETTING_NAMES.executable)
  const needsOpenssh = [
    ...(settings.needsOpenssh ?? []),
    ...(executable === undefined || /^(?:\/usr\/bin\/)?ssh$/.test(executable)
      ? []
      : [`ansible_ssh_executable ${executable}`]),
  ]
  if (transport === 'library' && needsOpenssh.length > 0) {
    const found = reader.find(SETTING_NAMES.connection) ?? { name: 'connection' }
    for (const why of needsOpenssh) {
      reader.problem(found, `rules out what ${why} needs`, 'write ansible_connection: auto or openssh')
    }
  }
  return {
    kind: 'ssh',
    name,
    ...settings,
    ...(password === undefined ? {} : { password }),
    ...(key === undefined ? {} : { privateKeyFile: inHome(key) }),
    ...(passphrase === undefined ? {} : { privateKeyPassphrase: passphrase }),
    ...(retries === undefined ? {} : { attempts: retries + 1 }),
    ...(tries === undefined ? {} : { maxAuthTries: tries }),
    transport,
    needsOpenssh,
    openssh: { executable: executable ?? 'ssh', destination: host, options: words },
  }
}
