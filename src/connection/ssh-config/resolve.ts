import { userInfo } from 'node:os'
import type { Problem } from '../../values/problem.ts'
import type { ConnectionSettings } from '../connection.ts'
import type { SshConfig, SshOption } from './evaluate.ts'
import { inHome, OptionReader } from './option-reader.ts'
import { PROXY_TOKENS, type TokenValues } from './tokens.ts'

/** What reaches a host, as OpenSSH's configuration decides it; what the inventory says is among `given`. */
export type SshSettings = Pick<
  ConnectionSettings,
  | 'host'
  | 'port'
  | 'user'
  | 'agent'
  | 'knownHostsFiles'
  | 'hostKeys'
  | 'connectTimeout'
  | 'keepalive'
  | 'identityFiles'
  | 'identitiesOnly'
  | 'authentications'
  | 'algorithms'
  | 'hostKeyAlias'
  | 'addressFamily'
  | 'bindAddress'
  | 'forwardAgent'
  | 'tcpKeepAlive'
  | 'attempts'
  | 'batch'
  | 'jumps'
  | 'proxyCommand'
  | 'needsOpenssh'
  | 'decisions'
>

export interface Resolution {
  readonly settings: SshSettings
  readonly problems: readonly Problem[]
}

export interface ResolveQuery {
  /** inventory_hostname, or a jump host's name. */
  readonly name: string
  readonly host: string
  /** Set before any file, strongest first. */
  readonly given: readonly SshOption[]
  readonly configFile?: string | undefined
  /** What holds where no option says otherwise. */
  readonly defaults: {
    readonly user?: string | undefined
    readonly connectTimeout?: number | undefined
    readonly acceptNewHostKeys?: boolean | undefined
  }
}

/** Jump hosts that are reached by jump hosts, and so on. */
const LONGEST_CHAIN = 8

/** How OpenSSH's configuration has a host reached. Mistakes are told, all at once; nothing is thrown. */
export function resolveSsh(
  config: SshConfig,
  query: ResolveQuery,
  chain: readonly string[] = [],
): Resolution {
  const { options, problems: found } = config.evaluate(query)
  const reader = new OptionReader(options, [...found])
  const { name, host: originalHost, defaults } = query
  const user = reader.text('User') ?? defaults.user ?? userInfo().username
  const port = reader.integer('Port', 1, 65535) ?? 22
  const host =
    reader.expanded('HostName', { originalHost, host: originalHost, port, user, home: config.home }, '%hn') ??
    originalHost.toLowerCase()
  const alias = reader.text('HostKeyAlias')
  const jump = reader.none('ProxyJump')
  const tokens: TokenValues = {
    originalHost,
    host,
    port,
    user,
    home: config.home,
    hostKeyAlias: alias,
    proxyJump: jump,
  }
  const via = reader.proxy()
  const command = via === 'command' ? reader.expanded('ProxyCommand', tokens, PROXY_TOKENS) : undefined
  reader.checkNames(host, user, command)
  const jumps = via === 'jump' ? jumpHosts(config, query, reader, [...chain, `${name}`]) : []
  const files = (keyword: string, standard: readonly string[]) =>
    reader.paths(keyword, tokens) ?? standard.map((file) => inHome(file, config.home))
  const userFiles = files('UserKnownHostsFile', ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'])
  const globalFiles = files('GlobalKnownHostsFile', ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'])
  const identities = reader.all('IdentityFile').flatMap(({ words }) => words)
  const interval = reader.seconds('ServerAliveInterval')
  const count = reader.integer('ServerAliveCountMax', 1, 1000)
  const family = reader.choice('AddressFamily', ['any', 'inet', 'inet6'])
  const algorithms = reader.algorithms()
  const settings: SshSettings = {
    host,
    port,
    user,
    ...optional('agent', reader.agent(tokens)),
    knownHostsFiles: [...userFiles, ...globalFiles],
    hostKeys: reader.hostKeys(defaults.acceptNewHostKeys === true),
    connectTimeout: reader.seconds('ConnectTimeout') ?? defaults.connectTimeout ?? 10,
    // OpenSSH's word for never, 0, is not taken: a host that falls silent would hold up a run for ever.
    ...(interval === undefined ? {} : { keepalive: { interval, count: count ?? 3 } }),
    ...(identities.length === 0
      ? {}
      : {
          identityFiles: identities
            .filter((file) => file !== 'none')
            .map((file) => inHome(reader.expand(file, 'IdentityFile', tokens), config.home)),
        }),
    ...optional('identitiesOnly', reader.boolean('IdentitiesOnly')),
    ...optional('authentications', reader.authentications()),
    ...(Object.keys(algorithms).length === 0 ? {} : { algorithms }),
    ...optional('hostKeyAlias', alias),
    ...(family === undefined || family === 'any' ? {} : { addressFamily: family === 'inet' ? 4 : 6 }),
    ...optional('bindAddress', reader.text('BindAddress')),
    ...optional('forwardAgent', reader.forwardAgent()),
    ...optional('tcpKeepAlive', reader.boolean('TCPKeepAlive')),
    ...optional('attempts', reader.integer('ConnectionAttempts', 1, 100)),
    ...optional('batch', reader.boolean('BatchMode')),
    ...(jumps.length === 0 ? {} : { jumps }),
    ...optional('proxyCommand', command),
    needsOpenssh: reader.needsOpenssh,
    decisions: reader.decisions(),
  }
  return { settings, problems: reader.problems }
}

/** The hosts on the way, first one first. Each is reached as its own configuration says, but for the ones before it. */
function jumpHosts(
  config: SshConfig,
  query: ResolveQuery,
  reader: OptionReader,
  chain: readonly string[],
): ConnectionSettings[] {
  const [option] = reader.all('ProxyJump')
  if (option === undefined) return []
  if (chain.length > LONGEST_CHAIN || chain.slice(0, -1).includes(query.name)) {
    reader.problem('ProxyJump', `leads from host to host without end: ${chain.join(' -> ')}`)
    return []
  }
  const hops: ConnectionSettings[] = []
  for (const [index, text] of (option.words[0] ?? '').split(',').entries()) {
    const [, user, bare, bracketed, port] =
      /^(?:ssh:\/\/)?(?:([^@]*)@)?(?:([^:[\]@/]+)|\[([^\]]+)\])(?::(\d+))?\/?$/.exec(text.trim()) ?? []
    const host = bare ?? bracketed
    if (host === undefined || /\s/.test(host)) {
      reader.problem('ProxyJump', `${JSON.stringify(text)} is no [user@]host[:port]`)
      continue
    }
    const { from } = option
    const given: SshOption[] = [
      ...(user === undefined ? [] : [{ name: 'User', words: [user], from }]),
      ...(port === undefined ? [] : [{ name: 'Port', words: [port], from }]),
      ...(index === 0 ? [] : [{ name: 'ProxyJump', words: ['none'], from }]),
    ]
    const { connectTimeout, acceptNewHostKeys } = query.defaults
    const resolved = resolveSsh(
      config,
      {
        name: host,
        host,
        given,
        configFile: query.configFile,
        defaults: { connectTimeout, acceptNewHostKeys },
      },
      chain,
    )
    reader.problems.push(...resolved.problems)
    for (const why of resolved.settings.needsOpenssh ?? [])
      reader.needsOpenssh.push(`jump host ${host}: ${why}`)
    hops.push(...(resolved.settings.jumps ?? []))
    const { jumps: _, ...own } = resolved.settings
    hops.push({ kind: 'ssh', name: host, ...own })
  }
  return hops
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [key in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { [key in Key]?: Value }
}
