/*
 * Every option of OpenSSH's client (ssh_config(5), up to 10.0), and what becomes of it. No option is dropped in silence:
 * muster's own transport obeys it, or it has no bearing on what muster does, for a reason that can be shown, or it takes
 * OpenSSH's own client (`connection: openssh`), or it is refused.
 */

/** Obeyed by either transport. */
const OBEYED = [
  'AddressFamily',
  'BatchMode',
  'BindAddress',
  'Ciphers',
  'ConnectionAttempts',
  'ConnectTimeout',
  'ForwardAgent',
  'GlobalKnownHostsFile',
  'HostKeyAlgorithms',
  'HostKeyAlias',
  'HostName',
  'IdentitiesOnly',
  'IdentityAgent',
  'IdentityFile',
  'KbdInteractiveAuthentication',
  'KexAlgorithms',
  'MACs',
  'PasswordAuthentication',
  'Port',
  'PreferredAuthentications',
  'ProxyCommand',
  'ProxyJump',
  'PubkeyAcceptedAlgorithms',
  'PubkeyAuthentication',
  'ServerAliveCountMax',
  'ServerAliveInterval',
  'StrictHostKeyChecking',
  'TCPKeepAlive',
  'User',
  'UserKnownHostsFile',
]

const SHARED = 'muster holds one connection to each host for the whole run'
const OWN_PORTS = 'muster opens no ports'
const SHOWN = 'it changes what ssh prints or writes down, and muster prints itself'
const NO_COMMAND = 'muster brings its own command'
const GSSAPI = 'it has an effect only where GSSAPI is used, which takes connection: openssh'
const NO_NAMES = 'it has an effect only with CanonicalizeHostname, which is refused'
const NO_X11 = 'it has an effect only with ForwardX11, which is refused'
const OLD = 'OpenSSH itself no longer reads it'

/** Without bearing on muster's connections, and why. */
const MOOT: Readonly<Record<string, string>> = {
  CanonicalDomains: NO_NAMES,
  CanonicalizeFallbackLocal: NO_NAMES,
  CanonicalizeMaxDots: NO_NAMES,
  CanonicalizePermittedCNAMEs: NO_NAMES,
  Cipher: OLD,
  ClearAllForwardings: OWN_PORTS,
  CompressionLevel: OLD,
  ControlMaster: SHARED,
  ControlPath: SHARED,
  ControlPersist: SHARED,
  DynamicForward: OWN_PORTS,
  EnableEscapeCommandline: NO_COMMAND,
  EnableSSHKeysign: 'it has an effect only with HostbasedAuthentication',
  EscapeChar: NO_COMMAND,
  ExitOnForwardFailure: OWN_PORTS,
  FingerprintHash: SHOWN,
  ForwardX11Timeout: NO_X11,
  ForwardX11Trusted: NO_X11,
  GatewayPorts: OWN_PORTS,
  GSSAPIAuthentication: GSSAPI,
  GSSAPIClientIdentity: GSSAPI,
  GSSAPIDelegateCredentials: GSSAPI,
  GSSAPIKexAlgorithms: GSSAPI,
  GSSAPIKeyExchange: GSSAPI,
  GSSAPIRenewalForcesRekey: GSSAPI,
  GSSAPIServerIdentity: GSSAPI,
  GSSAPITrustDns: GSSAPI,
  HashKnownHosts: 'a key that --accept-new-host-keys adds is written with its name',
  HostbasedAcceptedAlgorithms: 'it has an effect only with HostbasedAuthentication',
  HostbasedKeyTypes: 'it has an effect only with HostbasedAuthentication',
  LocalForward: OWN_PORTS,
  LogLevel: SHOWN,
  LogVerbose: SHOWN,
  NumberOfPasswordPrompts: 'a password is tried once, so that no account is locked',
  ObscureKeystrokeTiming: 'nobody types',
  PermitRemoteOpen: OWN_PORTS,
  Protocol: OLD,
  RemoteForward: OWN_PORTS,
  RequestTTY: 'a terminal is taken where sudo insists on one',
  RhostsRSAAuthentication: OLD,
  RSAAuthentication: OLD,
  SecurityKeyProvider: 'it has an effect only with keys on hardware, which take connection: openssh',
  SendEnv: 'the environment of a task is what `environment` says',
  StdinNull: NO_COMMAND,
  StreamLocalBindMask: OWN_PORTS,
  StreamLocalBindUnlink: OWN_PORTS,
  SyslogFacility: SHOWN,
  UpdateHostKeys: 'known_hosts files are changed by --accept-new-host-keys alone',
  UsePrivilegedPort: OLD,
  VisualHostKey: SHOWN,
  XAuthLocation: NO_X11,
}

/** Values with which an option asks for nothing that muster's own transport lacks; any other takes OpenSSH's client. */
const OPENSSH: Readonly<Record<string, readonly string[]>> = {
  AddKeysToAgent: ['no'],
  BindInterface: ['none'],
  CASignatureAlgorithms: [],
  CertificateFile: ['none'],
  ChannelTimeout: ['none'],
  CheckHostIP: ['no'],
  Compression: ['no'],
  GSSAPIStrictAcceptorCheck: [],
  HostbasedAuthentication: ['no'],
  // The library marks no packets, which is what those who set it for broken networks want.
  IPQoS: ['none', 'cs0', '0x00'],
  KbdInteractiveDevices: [],
  KnownHostsCommand: ['none'],
  NoHostAuthenticationForLocalhost: ['no'],
  PKCS11Provider: ['none'],
  ProxyUseFdpass: ['no'],
  RekeyLimit: ['default'],
  RequiredRSASize: ['1024', '2048'],
  RevokedHostKeys: ['none'],
  SetEnv: [],
  SmartcardDevice: ['none'],
  VerifyHostKeyDNS: ['no'],
}

/** Values that are without effect; any other is refused. */
const REFUSED: Readonly<Record<string, readonly [harmless: readonly string[], hint: string]>> = {
  CanonicalizeHostname: [['no'], 'write whole names in ansible_host'],
  ForkAfterAuthentication: [['no'], 'remove it for these hosts'],
  ForwardX11: [['no'], 'remove it for these hosts: nothing that muster runs has a window'],
  LocalCommand: [[], 'run it before muster'],
  PermitLocalCommand: [['no'], 'run the command before muster'],
  RemoteCommand: [['none'], 'remove it for these hosts: muster brings its own command'],
  SessionType: [['default'], 'remove it for these hosts: muster runs commands'],
  Tunnel: [['no'], 'open the tunnel before muster'],
  TunnelDevice: [[], 'open the tunnel before muster'],
}

const ALIASES: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  dsaauthentication: 'pubkeyauthentication',
  identityfile2: 'identityfile',
  keepalive: 'tcpkeepalive',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
  skeyauthentication: 'kbdinteractiveauthentication',
  tisauthentication: 'kbdinteractiveauthentication',
}

export type Treatment =
  | { readonly kind: 'obeyed' }
  | { readonly kind: 'moot'; readonly why: string }
  | { readonly kind: 'openssh'; readonly harmless: readonly string[] }
  | { readonly kind: 'refused'; readonly harmless: readonly string[]; readonly hint: string }

export interface Option {
  /** As ssh_config(5) spells it. */
  readonly name: string
  readonly treatment: Treatment
}

const OPTIONS: ReadonlyMap<string, Option> = new Map(
  [
    ...OBEYED.map((name): Option => ({ name, treatment: { kind: 'obeyed' } })),
    ...Object.entries(MOOT).map(([name, why]): Option => ({ name, treatment: { kind: 'moot', why } })),
    ...Object.entries(OPENSSH).map(
      ([name, harmless]): Option => ({ name, treatment: { kind: 'openssh', harmless } }),
    ),
    ...Object.entries(REFUSED).map(
      ([name, [harmless, hint]]): Option => ({ name, treatment: { kind: 'refused', harmless, hint } }),
    ),
  ].map((option) => [option.name.toLowerCase(), option]),
)

/** Options of which each line adds one; of all others the first counts. */
export const SEVERAL: ReadonlySet<string> = new Set([
  'identityfile',
  'certificatefile',
  'dynamicforward',
  'localforward',
  'remoteforward',
  'sendenv',
])

/** The keyword under which an option is kept: lower case, by its present name. */
export function canonicalKeyword(keyword: string): string {
  const lower = keyword.toLowerCase()
  return ALIASES[lower] ?? lower
}

/** @param keyword as {@link canonicalKeyword} gives it */
export function optionOf(keyword: string): Option | undefined {
  return OPTIONS.get(keyword)
}

export const OPTION_NAMES: readonly string[] = [...OPTIONS.values()].map(({ name }) => name)
