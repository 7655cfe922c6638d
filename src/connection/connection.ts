import type { PowerShellText } from '../shell/powershell/ps.ts'
import type { ShellText } from '../shell/sh.ts'
import type { Secret } from '../values/secret.ts'
import type { Output, PushSource } from '../values/transfer.ts'
import type { AlgorithmChoice } from './ssh-config/algorithms.ts'

/** Signs of life while nothing else is said. */
export interface Keepalive {
  /** Seconds between two questions. */
  readonly interval: number
  /** Questions without an answer after which the host counts as gone. */
  readonly count: number
}

/** Seconds after which a host that does not move is given up, so that it cannot hold up the others. */
export interface Deadlines {
  /** For what is only read: steps that are `contained` and have no timeout of their own. */
  readonly read: number
  /** For a channel to open. */
  readonly open: number
  /** Between two parts of a file that the host takes, and after the last one. */
  readonly push: number
}

/** Reading looks at files and asks package managers; a digest of a few gigabytes on a slow disk takes a minute. */
export const DEADLINES: Deadlines = { read: 120, open: 30, push: 60 }

/** An option of OpenSSH that holds for a host, and where it was set. */
export interface Decision {
  /** As ssh_config(5) spells it. */
  readonly name: string
  readonly value: string
  /** `file:line`, or the name of a variable. */
  readonly from: string
  /** Why it has no effect, or what it takes. */
  readonly note?: string | undefined
}

/** Which language a host's shell speaks: sh, or Windows PowerShell. */
export type Platform = 'posix' | 'windows'

/** How to reach a host, resolved from its variables (Ansible's names in src/connection/settings/settings.ts). */
export interface ConnectionSettings {
  readonly kind: 'ssh' | 'local'
  /** inventory_hostname, for messages. */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password?: Secret
  readonly privateKeyFile?: string
  readonly privateKeyPassphrase?: Secret
  /** Path of the ssh agent's socket, or undefined. */
  readonly agent?: string
  readonly knownHostsFiles: readonly string[]
  /** `strict` refuses unknown keys; `accept-new` adds them to the first known_hosts file; `no` is Ansible's host_key_checking=false. */
  readonly hostKeys: 'strict' | 'accept-new' | 'no'
  /** Seconds until a connection attempt is given up. */
  readonly connectTimeout: number
  /** Where the inventory says otherwise than muster does by itself. */
  readonly keepalive?: Keepalive
  /** Default: {@link DEADLINES}. */
  readonly deadlines?: Deadlines
  /** Keys to try beside `privateKeyFile`, as a configuration names them: those that are missing are passed over. */
  readonly identityFiles?: readonly string[]
  /** Of the agent's keys only those that are named as files. */
  readonly identitiesOnly?: boolean
  /** Methods that may be used, in their order (`publickey`, `password`, `keyboard-interactive`). Default: all. */
  readonly authentications?: readonly string[]
  /** Tries after which the host ends a login (its MaxAuthTries). Default 6. */
  readonly maxAuthTries?: number
  /** What may be offered to the host. Default: all but SHA-1. */
  readonly algorithms?: AlgorithmChoice
  /** The name under which known_hosts has the host, in place of its address and port. */
  readonly hostKeyAlias?: string
  readonly addressFamily?: 4 | 6
  readonly bindAddress?: string
  /** Lets the host use the agent. Default no. */
  readonly forwardAgent?: boolean | string
  readonly tcpKeepAlive?: boolean
  /** Tries to connect, also where nothing answers. */
  readonly attempts?: number
  /** Nobody is to be asked for a passphrase. */
  readonly batch?: boolean
  /** The hosts on the way, first one first. */
  readonly jumps?: readonly ConnectionSettings[]
  /** A program whose standard input and output lead to the host. */
  readonly proxyCommand?: string
  /** Which transport: muster's own, the system's `ssh`, or the first unless the second is needed. Default `auto`. */
  readonly transport?: 'auto' | 'library' | 'openssh'
  /** Why muster's own transport will not do. */
  readonly needsOpenssh?: readonly string[]
  /** For the system's `ssh`: its path, and the options as users wrote them. */
  readonly openssh?: {
    readonly executable: string
    /** The name behind `ssh`, by which its files are searched. */
    readonly destination: string
    readonly options: readonly string[]
  }
  /** All that was decided, for people. */
  readonly decisions?: readonly Decision[]
  /** The POSIX shell of the host that runs scripts. Default `/bin/sh`. */
  readonly shell?: string
  /** Default: what the host's greeting says. */
  readonly platform?: Platform
}

/** Whom the commands run as. Undefined means the login user. */
export interface Become {
  readonly method: 'sudo' | 'su' | 'doas'
  readonly user: string
  readonly password?: Secret
  readonly exe: string
  readonly flags: string
}

/** One script of a request. Its output comes back apart from that of the others. */
export interface Step {
  /** In the language of the host. */
  readonly script: ShellText | PowerShellText
  readonly environment?: readonly (readonly [string, string | Secret])[]
  readonly stdin?: string | Secret | Buffer
  /** Seconds; the script and its children are killed after them. */
  readonly timeout?: number
  /** Bound on each of stdout and stderr in bytes. Default 1 MiB. */
  readonly maxOutput?: number
  /**
   * The script leaves no process behind (observations): its output then goes straight to the channel. Otherwise it
   * passes a relay on the host (2 ms more there), so that a process left behind cannot write into later outputs.
   */
  readonly contained?: boolean
  /**
   * Runs in the resident shell itself, which saves a process: only for text of muster's own that reads, leaves no process
   * behind, ends nothing and changes no directory. It has no environment and no standard input of its own.
   */
  readonly inline?: boolean
}

/** Counts that tests and the bench assert: what a connection cost. */
export interface ConnectionCounters {
  handshakes: number
  /** Channels opened. */
  channels: number
  /** Requests over resident shells. */
  requests: number
  bytesSent: number
  bytesReceived: number
}

/** A connection to one host: resident shells and file transfer over it. */
export interface Connection {
  readonly platform: Platform
  readonly counters: Readonly<ConnectionCounters>
  /**
   * Sends scripts to the resident shell of that identity (started when first needed) in ONE request and reads their
   * outputs. The scripts run one after the other, each in a subshell of its own, whatever the exit status of the one before.
   * @throws ConnectionError
   */
  request(become: Become | undefined, steps: readonly Step[], signal?: AbortSignal): Promise<Output[]>
  /** Sends bytes into a file on the host over a second channel. @throws ConnectionError */
  push(become: Become | undefined, source: PushSource, path: string, signal?: AbortSignal): Promise<Output>
  /** Never throws; kills what still runs. */
  close(): Promise<void>
}

/** Why a host could not be reached or was lost; one boolean-like word per cause, so that reports can merge equal ones. */
export type ConnectionCause =
  | 'resolve' // name not found
  | 'refused'
  | 'timeout'
  | 'handshake' // no common algorithm, protocol error, dropped before the handshake
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'host-key-revoked'
  | 'authentication'
  | 'private-key' // file missing, unreadable, needs a passphrase
  | 'become-password-missing'
  | 'become-password-wrong'
  | 'become-refused' // not in sudoers, no such user, sudo missing
  | 'no-shell'
  | 'lost' // was there, and died; what was running is unknown
  | 'protocol' // the host's answer cannot be read
  | 'cancelled'

/** The host is unreachable: the cause, and what to do next. */
export class ConnectionError extends Error {
  readonly reason: ConnectionCause
  readonly hint: string | undefined
  /** Work had been sent when it happened: it may have been done, in part or whole. */
  readonly started: boolean

  constructor(cause: ConnectionCause, message: string, options: { hint?: string; started?: boolean } = {}) {
    super(message)
    this.name = 'ConnectionError'
    this.reason = cause
    this.hint = options.hint
    this.started = options.started ?? false
  }
}
