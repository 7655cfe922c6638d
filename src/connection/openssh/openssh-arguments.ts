import type { ConnectionSettings, Keepalive } from '../connection.ts'

/** As in muster's own transport. */
const KEEPALIVE: Keepalive = { interval: 15, count: 3 }

/**
 * The words behind `ssh` that open the connection all others share. What muster has decided stands first, since the
 * first value counts; then what users wrote; all else `ssh` finds in its files itself.
 *
 * @param socket path of the control socket
 * @param asks ssh may ask: somebody answers
 */
export function masterWords(settings: ConnectionSettings, socket: string, asks: boolean): string[] {
  const { host, port, user, hostKeys, knownHostsFiles, connectTimeout, privateKeyFile, openssh } = settings
  const { interval, count } = settings.keepalive ?? KEEPALIVE
  const decided: Readonly<Record<string, string>> = {
    ControlMaster: 'yes',
    ControlPath: socket,
    ControlPersist: 'no',
    // Says that the connection is ready.
    PermitLocalCommand: 'yes',
    LocalCommand: 'echo ready',
    BatchMode: asks ? 'no' : 'yes',
    NumberOfPasswordPrompts: '1',
    StrictHostKeyChecking: { strict: 'yes', 'accept-new': 'accept-new', no: 'no' }[hostKeys],
    // Percent signs, as before an address's zone, begin tokens.
    HostName: literal(host),
    Port: String(port),
    User: user,
    ConnectTimeout: String(connectTimeout),
    ServerAliveInterval: String(interval),
    ServerAliveCountMax: String(count),
    UserKnownHostsFile:
      knownHostsFiles.length === 0 ? 'none' : knownHostsFiles.map((file) => quoted(literal(file))).join(' '),
    GlobalKnownHostsFile: 'none',
    RequestTTY: 'no',
    ForwardX11: 'no',
  }
  return [
    ...Object.entries(decided).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...(privateKeyFile === undefined ? [] : ['-o', `IdentityFile=${quoted(literal(privateKeyFile))}`]),
    ...(openssh?.options ?? byHand(settings)),
    '-N',
    '--',
    openssh?.destination ?? host,
  ]
}

/** The words that run a program over the connection, and never over another one. */
export function sessionWords(settings: ConnectionSettings, socket: string, terminal: boolean): string[] {
  const options = [
    ...['-F', 'none', '-S', socket, '-o', 'ControlMaster=no', '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR'],
    // Without the shared connection ssh would make one of its own.
    ...['-o', 'ProxyCommand=exit 255', '-o', `Port=${settings.port}`, '-o', `User=${settings.user}`],
  ]
  return [...options, terminal ? '-tt' : '-T', '--', settings.host]
}

/** Settings that came from no configuration, as tests make them. */
function byHand({
  identitiesOnly,
  identityFiles = [],
  authentications,
  forwardAgent,
  jumps = [],
  proxyCommand,
}: ConnectionSettings): string[] {
  const options = [
    ...identityFiles.map((file) => `IdentityFile=${quoted(literal(file))}`),
    ...(identitiesOnly ? ['IdentitiesOnly=yes'] : []),
    ...(authentications === undefined ? [] : [`PreferredAuthentications=${authentications.join(',')}`]),
    ...(forwardAgent === true ? ['ForwardAgent=yes'] : []),
    ...(jumps.length === 0
      ? []
      : [`ProxyJump=${jumps.map(({ user, host, port }) => `${user}@${host}:${port}`).join(',')}`]),
    ...(proxyCommand === undefined ? [] : [`ProxyCommand=${literal(proxyCommand)}`]),
  ]
  return options.flatMap((option) => ['-o', option])
}

function literal(text: string): string {
  return text.replaceAll('%', '%%')
}

function quoted(path: string): string {
  return /[\s"]/.test(path) ? `"${path.replaceAll(/["\\]/g, '\\$&')}"` : path
}
